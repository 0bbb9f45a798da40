/**
 * Targets for Jazzer: code that reads what strangers send. As ordinary tests they run the inputs kept in the resources;
 * {@code fuzz/run} lets Jazzer look for new ones.
 */
@NullMarked
package dev.cinnabar.fuzz;

import org.jspecify.annotations.NullMarked;
