/** Tests of the metrics endpoint. */
@NullMarked
package dev.cinnabar.metrics;

import org.jspecify.annotations.NullMarked;
