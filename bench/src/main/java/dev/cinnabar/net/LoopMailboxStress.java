package dev.cinnabar.net;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Selector;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** A task that another thread leaves while the loop looks is run once, at the latest at the next look. */
@JCStressTest
@Outcome(id = "1", expect = ACCEPTABLE, desc = "It ran once.")
@Outcome(expect = FORBIDDEN, desc = "It was lost, or run twice.")
@State
public class LoopMailboxStress {

    private static final Selector SELECTOR = open();

    private final LoopMailbox mailbox = new LoopMailbox(SELECTOR);
    private int runs;

    private static Selector open() {
        try {
            return Selector.open();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Actor
    public void post() {
        mailbox.post(() -> runs++);
    }

    @Actor
    public void loop() {
        mailbox.drain();
    }

    /** What the loop does when the selector, woken by the post, lets it go on. */
    @Arbiter
    public void nextTurn(I_Result result) {
        mailbox.drain();
        result.r1 = runs;
    }
}
