/**
 * The keys of all databases, split into partitions that are locked on their own: tables, expiry, watches, statistics. No
 * code outside sees a partition that it has not locked.
 */
@NullMarked
package dev.cinnabar.keyspace;

import org.jspecify.annotations.NullMarked;
