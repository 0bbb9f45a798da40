/** Chapter one of "Rebuilding Redis": small TCP servers and a client, on the JDK alone. Imports nothing else of Cinnabar. */
@NullMarked
package dev.cinnabar.examples;

import org.jspecify.annotations.NullMarked;
