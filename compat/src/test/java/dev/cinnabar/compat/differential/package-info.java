/**
 * Random commands sent to Cinnabar and to the newest real Redis at hand: every reply must be the same. A failure shows its
 * seed and the shortest list of commands that still shows it.
 */
package dev.cinnabar.compat.differential;
