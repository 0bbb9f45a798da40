/** Tests of the source tree itself: package arrows, banned calls, names. */
@NullMarked
package dev.cinnabar.architecture;

import org.jspecify.annotations.NullMarked;
