package dev.cinnabar.command;

import dev.cinnabar.resp.Reply;

/** What a command does: reads its arguments, does its work on locked data, and writes exactly one reply. */
@FunctionalInterface
public interface Handler {
    void run(Call call, Args args, Reply reply);
}
