package dev.cinnabar.session;

import dev.cinnabar.acl.User;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.session.Subscriptions.Kind;
import dev.cinnabar.structures.SipHash;
import dev.cinnabar.text.Glob;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The channels and patterns of an engine, with their subscribers. Thread-safe. */
public final class PubSub {

    /*
     * A message is encoded once and reaches a thread's subscribers by one note in that thread's postbox, which names them all.
     * Notes are read in order, so messages of one publisher keep theirs; and since the postbox is read between batches of
     * requests, a message never falls into a reply. Subscribing and unsubscribing is done by the client's own thread: what
     * lies in the postbox when it unsubscribes is not delivered any more, for the subscription says that it has ended.
     *
     * A channel exists as long as it has subscribers. To publish on one that has none costs a look into an empty map, or a hash
     * of the name and a look-up.
     */

    private final ConcurrentHashMap<Bytes.Key, Topic> channels = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Bytes.Key, Topic> patterns = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Bytes.Key, Topic> shards = new ConcurrentHashMap<>();
    private final AtomicInteger clients = new AtomicInteger();
    private final long seed0;
    private final long seed1;

    /** @param random what the secret keys of the hash are drawn from */
    public PubSub(RandomGenerator random) {
        this.seed0 = random.nextLong();
        this.seed1 = random.nextLong();
    }

    private ConcurrentHashMap<Bytes.Key, Topic> topics(Kind kind) {
        return switch (kind) {
            case CHANNEL -> channels;
            case PATTERN -> patterns;
            case SHARD -> shards;
        };
    }

    private Bytes.Key key(byte[] name) {
        return new Bytes.Key(name, SipHash.hash(seed0, seed1, Bytes.of(name)));
    }

    // Subscribers. Called by the client's own thread.

    /** Subscribes a client that has an {@link Inbox}. */
    public void subscribe(Session session, Kind kind, byte[] name) {
        Bytes.Key key = key(name);
        Subscriptions own = session.subscriptions();
        if (own.has(kind, key)) {
            return;
        }
        if (own.isEmpty()) {
            clients.incrementAndGet();
        }
        Subscription subscription = new Subscription(session, name);
        own.put(kind, key, subscription);
        session.updateSpecial();
        topics(kind).compute(key, (k, known) -> {
            Topic topic = known == null ? new Topic(name) : known;
            topic.add(subscription);
            return topic;
        });
    }

    public void unsubscribe(Session session, Kind kind, byte[] name) {
        Bytes.Key key = key(name);
        Subscriptions own = session.subscriptions();
        Subscription subscription = own.remove(kind, key);
        if (subscription == null) {
            return;
        }
        subscription.end();
        topics(kind).computeIfPresent(key, (k, topic) -> {
            topic.remove(subscription);
            return topic.size() == 0 ? null : topic;
        });
        session.updateSpecial();
        if (own.isEmpty()) {
            clients.decrementAndGet();
        }
    }

    /** Ends all subscriptions of a client. */
    public void unsubscribeAll(Session session) {
        for (Kind kind : Kind.values()) {
            for (byte[] name : session.subscriptions().names(kind)) {
                unsubscribe(session, kind, name);
            }
        }
    }

    // Publishers.

    /** Whether nobody has subscribed to anything but shard channels. */
    public boolean isIdle() {
        return channels.isEmpty() && patterns.isEmpty();
    }

    /** Sends a message to the subscribers of a channel, then to those of the patterns that match; returns how many got it. */
    public int publish(Bytes channel, Bytes payload, @Nullable Sender sender) {
        if (isIdle()) {
            return 0;
        }
        byte[] name = channel.toByteArray();
        byte[] message = payload.toByteArray();
        Bytes.Key key = key(name);
        Topic topic = channels.get(key);
        int sent = topic == null ? 0 : send(Kind.CHANNEL, key, topic, Push.message(name, message), sender);
        if (!patterns.isEmpty()) {
            for (var pattern : patterns.entrySet()) {
                byte[] text = pattern.getValue().name();
                if (Glob.matches(Bytes.of(text), channel)) {
                    Push push = Push.message(text, name, message);
                    sent += send(Kind.PATTERN, pattern.getKey(), pattern.getValue(), push, sender);
                }
            }
        }
        return sent;
    }

    /** Sends a message to the subscribers of a shard channel; returns how many got it. */
    public int publishToShard(Bytes channel, Bytes payload, @Nullable Sender sender) {
        if (shards.isEmpty()) {
            return 0;
        }
        byte[] name = channel.toByteArray();
        Bytes.Key key = key(name);
        Topic topic = shards.get(key);
        return topic == null ? 0 : send(Kind.SHARD, key, topic, Push.shardMessage(name, payload.toByteArray()), sender);
    }

    private static int send(Kind kind, Bytes.Key key, Topic topic, Push push, @Nullable Sender sender) {
        Session self = sender == null ? null : sender.session();
        if (sender == null || self == null || !self.subscriptions().has(kind, key)) {
            return topic.send(push, null);
        }
        sender.toItself(push);
        return topic.send(push, self);
    }

    /** The clients that are a user and have subscribed to what none of his selectors allows any more. */
    public Set<Session> deniedTo(User user) {
        Set<Session> denied = new LinkedHashSet<>();
        for (Kind kind : Kind.values()) {
            for (Topic topic : topics(kind).values()) {
                Bytes name = Bytes.of(topic.name());
                if (user.rights().selectors().stream()
                        .noneMatch(selector -> selector.allowsChannel(name, kind == Kind.PATTERN))) {
                    topic.addClients(user, denied);
                }
            }
        }
        return denied;
    }

    // Looking at it.

    /** How many channels or patterns have subscribers. */
    public int size(Kind kind) {
        return topics(kind).size();
    }

    /** How many clients have subscribed to anything. */
    public int clients() {
        return clients.get();
    }

    public int subscribers(Kind kind, byte[] name) {
        Topic topic = topics(kind).get(key(name));
        return topic == null ? 0 : topic.size();
    }

    /** The names that match a glob-style pattern, or all. */
    public List<byte[]> names(Kind kind, @Nullable Bytes glob) {
        Collection<Topic> topics = topics(kind).values();
        List<byte[]> names = new ArrayList<>(topics.size());
        for (Topic topic : topics) {
            if (glob == null || Glob.matches(glob, Bytes.of(topic.name()))) {
                names.add(topic.name());
            }
        }
        return names;
    }
}
