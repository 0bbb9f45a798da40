package dev.cinnabar.session;

import dev.cinnabar.acl.User;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A channel or a pattern with those who have subscribed to it, sorted by the threads that serve them. Thread-safe. */
final class Topic {

    /** The subscribers that one thread serves. */
    private static final class Group {
        final Postbox postbox;
        final Subscription[] members;

        Group(Postbox postbox, List<Subscription> members) {
            this.postbox = postbox;
            this.members = members.toArray(Subscription[]::new);
        }
    }

    private final byte[] name;
    private final Set<Subscription> subscribers = new LinkedHashSet<>();

    /** The subscribers as a publisher needs them; null when they have changed, so that a thousand can come in a row. */
    private volatile Group @Nullable [] groups;

    private volatile int size;

    Topic(byte[] name) {
        this.name = name;
    }

    byte[] name() {
        return name;
    }

    int size() {
        return size;
    }

    synchronized void add(Subscription subscription) {
        subscribers.add(subscription);
        changed();
    }

    synchronized void remove(Subscription subscription) {
        subscribers.remove(subscription);
        changed();
    }

    /** Adds the clients that are a user, of those who have subscribed. */
    synchronized void addClients(User user, Set<Session> clients) {
        for (Subscription subscription : subscribers) {
            if (subscription.session().user() == user) {
                clients.add(subscription.session());
            }
        }
    }

    private void changed() {
        groups = null;
        size = subscribers.size();
    }

    /** Sends a message to all subscribers, one note to each thread; returns how many there are. */
    int send(Push push, @Nullable Session except) {
        Group[] all = groups;
        if (all == null) {
            all = sorted();
        }
        int sent = 0;
        for (Group group : all) {
            group.postbox.post(push, group.members, except);
            sent += group.members.length;
        }
        return sent;
    }

    private synchronized Group[] sorted() {
        Map<Postbox, List<Subscription>> byPostbox = new LinkedHashMap<>();
        for (Subscription subscription : subscribers) {
            Inbox inbox = Objects.requireNonNull(subscription.session().inbox());
            byPostbox.computeIfAbsent(inbox.postbox(), k -> new ArrayList<>()).add(subscription);
        }
        Group[] fresh = new Group[byPostbox.size()];
        int i = 0;
        for (Map.Entry<Postbox, List<Subscription>> entry : byPostbox.entrySet()) {
            fresh[i++] = new Group(entry.getKey(), entry.getValue());
        }
        groups = fresh;
        return fresh;
    }
}
