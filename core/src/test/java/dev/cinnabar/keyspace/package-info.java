/** Tests of the keyspace. */
@NullMarked
package dev.cinnabar.keyspace;

import org.jspecify.annotations.NullMarked;
