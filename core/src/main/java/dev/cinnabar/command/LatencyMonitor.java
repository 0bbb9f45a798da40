package dev.cinnabar.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Moments at which the server was slow, by what made it so: the last of each second, and the longest. Thread-safe. */
public final class LatencyMonitor {

    /** How many samples of an event are kept. */
    private static final int MAX_SAMPLES = 160;

    /** An event took so long. */
    public record Sample(long seconds, long millis) {}

    /** What is known about an event. */
    public static final class Event {
        private final List<Sample> samples = new ArrayList<>();
        private long longestMillis;

        private Event() {}

        private Event(Event other) {
            samples.addAll(other.samples);
            longestMillis = other.longestMillis;
        }

        /** The samples, the oldest first; at least one. */
        public List<Sample> samples() {
            return samples;
        }

        public long longestMillis() {
            return longestMillis;
        }
    }

    private final Map<String, Event> events = new TreeMap<>();

    LatencyMonitor() {}

    synchronized void add(String name, long nowMillis, long millis) {
        Event event = events.computeIfAbsent(name, k -> new Event());
        event.longestMillis = Math.max(event.longestMillis, millis);
        long seconds = nowMillis / 1000;
        List<Sample> samples = event.samples;
        if (!samples.isEmpty() && samples.getLast().seconds == seconds) {
            Sample last = samples.removeLast();
            samples.add(new Sample(seconds, Math.max(last.millis, millis)));
            return;
        }
        if (samples.size() == MAX_SAMPLES) {
            samples.removeFirst();
        }
        samples.add(new Sample(seconds, millis));
    }

    /** A copy of what is known about an event; null: nothing. */
    public synchronized @Nullable Event event(String name) {
        Event event = events.get(name);
        return event == null ? null : new Event(event);
    }

    /** A copy of all events, by name. */
    public synchronized Map<String, Event> events() {
        Map<String, Event> copy = new TreeMap<>();
        events.forEach((name, event) -> copy.put(name, new Event(event)));
        return copy;
    }

    /** Forgets an event; false: there was none. */
    public synchronized boolean reset(String name) {
        return events.remove(name) != null;
    }

    /** Forgets all events; returns how many there were. */
    public synchronized int reset() {
        int count = events.size();
        events.clear();
        return count;
    }
}
