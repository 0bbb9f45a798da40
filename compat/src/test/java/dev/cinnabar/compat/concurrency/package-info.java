/** What many clients see at once: atomicity, isolation of transactions, linearizability. */
package dev.cinnabar.compat.concurrency;
