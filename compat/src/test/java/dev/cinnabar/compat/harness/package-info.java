/**
 * What the black-box tests stand on: a client of our own that shows every byte, the servers that tests run against, and
 * {@link dev.cinnabar.compat.harness.RedisTest}, which runs one test on all of them. Knows sockets and processes, nothing
 * of Cinnabar's inside.
 */
package dev.cinnabar.compat.harness;
