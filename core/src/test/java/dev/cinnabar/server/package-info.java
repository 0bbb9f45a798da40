@NullMarked
package dev.cinnabar.server;

import org.jspecify.annotations.NullMarked;
