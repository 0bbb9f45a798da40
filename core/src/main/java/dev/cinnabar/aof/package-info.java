/**
 * The append-only file: what the journal has, on disk, in several files that a manifest lists; how it is written, read back,
 * checked and repaired. Imports journal, persistence, keyspace and what is below them.
 */
@NullMarked
package dev.cinnabar.aof;

import org.jspecify.annotations.NullMarked;
