/**
 * What outlives the process: the formats of files and dumps, their checksums and compression. Imports keyspace and what is
 * below it.
 */
@NullMarked
package dev.cinnabar.persistence;

import org.jspecify.annotations.NullMarked;
