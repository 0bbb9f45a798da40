/** JMH benchmarks of the core, from inside: they run on the class path, where they may use packages that it does not export. */
@NullMarked
package dev.cinnabar.bench;

import org.jspecify.annotations.NullMarked;
