/** Helpers of the core's tests. */
@NullMarked
package dev.cinnabar.testing;

import org.jspecify.annotations.NullMarked;
