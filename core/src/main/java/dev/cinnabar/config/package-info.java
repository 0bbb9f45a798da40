/**
 * The server's configuration: the table of directives, the grammar of its files and arguments, values that can be read fast
 * and changed while the server runs. Imports {@code text} and {@code log}; knows no command and no connection.
 */
@NullMarked
package dev.cinnabar.config;

import org.jspecify.annotations.NullMarked;
