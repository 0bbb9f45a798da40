/** Behaviour of the server as clients see it, one class a family of commands; each test is proved on real servers. */
package dev.cinnabar.compat;
