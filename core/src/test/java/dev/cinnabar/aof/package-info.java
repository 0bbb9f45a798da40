/** Tests of the append-only file. */
@NullMarked
package dev.cinnabar.aof;

import org.jspecify.annotations.NullMarked;
