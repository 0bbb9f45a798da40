/** Memory for tests of what is built on it. */
@NullMarked
package dev.cinnabar.memory.testing;

import org.jspecify.annotations.NullMarked;
