@NullMarked
package dev.cinnabar.commands.zsets;

import org.jspecify.annotations.NullMarked;
