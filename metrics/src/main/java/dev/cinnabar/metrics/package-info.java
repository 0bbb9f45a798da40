/** INFO as metrics: names and labels as redis_exporter has them, so that its dashboards show this server too. */
@NullMarked
package dev.cinnabar.metrics;

import org.jspecify.annotations.NullMarked;
