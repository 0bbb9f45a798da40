/** All commands: a package a family, each with its table of rows and its handlers. */
@NullMarked
package dev.cinnabar.commands;

import org.jspecify.annotations.NullMarked;
