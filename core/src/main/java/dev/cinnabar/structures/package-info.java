/** Data structures in off-heap memory: they know bytes, addresses and hashes, and nothing of Redis. Imports memory. */
@NullMarked
package dev.cinnabar.structures;

import org.jspecify.annotations.NullMarked;
