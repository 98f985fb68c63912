/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.journal;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tminus.inference.Journal;
import org.tminus.inference.JournalEntry;

/**
 * Keeps the journal. Whoever has something to say puts it into a bounded queue and goes on; one daemon thread remembers it,
 * writes it to the file and tells the listener. What the queue does not hold is counted, and said in an entry of its own.
 * Thread-safe.
 */
public final class JournalBook implements Journal, AutoCloseable {
    /** How many entries are kept in memory. */
    public static final int KEPT = 2_000;

    private static final Logger LOG = LoggerFactory.getLogger(JournalBook.class);
    private static final int QUEUED = 4_096;
    private static final int AT_ONCE = 256;
    private static final long FILE_BYTES = 1L << 20;
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long CLOSE_MILLIS = 2_000;
    /** Only wakes the thread. */
    private static final JournalEntry WAKE = new Entry(Instant.EPOCH, "", "", "", Map.of());

    private final JournalFile file;
    private final Clock clock;
    private final LongSupplier ticks;
    private final BlockingQueue<JournalEntry> queue;
    private final FallbackTally fallbacks = new FallbackTally();
    private final AtomicLong lost = new AtomicLong();
    private final Deque<JournalEntry> kept = new ArrayDeque<>();
    private final Thread thread = new Thread(this::work, "tminus-journal");
    private volatile Consumer<JournalEntry> listener = entry -> {};
    private volatile boolean closed;
    private long lostBefore;

    /** In the given file, or in memory alone if that is null. */
    public JournalBook(@Nullable Path file) {
        this(new JournalFile(file, FILE_BYTES), Clock.systemUTC(), System::nanoTime, QUEUED);
    }

    /**
     * @param clock the wall clock
     * @param ticks monotonic nanoseconds
     * @param capacity of the queue
     */
    JournalBook(JournalFile file, Clock clock, LongSupplier ticks, int capacity) {
        this.file = file;
        this.clock = clock;
        this.ticks = ticks;
        this.queue = new ArrayBlockingQueue<>(capacity);
        kept.addAll(file.read(KEPT));
        thread.setDaemon(true);
    }

    /** Begins to write down; what was said before waits in the queue. */
    public JournalBook start() {
        thread.start();
        return this;
    }

    /** From now on each entry goes to this listener too, on the journal's own thread. It must not take long. */
    public void listen(Consumer<JournalEntry> only) {
        listener = only;
    }

    /**
     * Says what happened; returns at once.
     *
     * @param kind one of {@link JournalEntry}
     */
    public void note(String kind, String subject, String text, Map<String, String> details) {
        if (!closed && !queue.offer(new Entry(clock.instant(), kind, subject, text, details))) {
            lost.incrementAndGet();
        }
    }

    /** Says that a request did without a plugin; joined with others like it. */
    public void fellBack(String kind, String name, String why) {
        if (!closed) {
            fallbacks.add(kind, name, why, ticks.getAsLong());
        }
    }

    /** How many entries were not written down since the start, because too many came at once. */
    public long lost() {
        return lost.get();
    }

    @Override
    public List<JournalEntry> latest(int count, @Nullable String kind, @Nullable String subject) {
        List<JournalEntry> found = new ArrayList<>();
        synchronized (kept) {
            var newestFirst = kept.descendingIterator();
            while (newestFirst.hasNext() && found.size() < count) {
                JournalEntry entry = newestFirst.next();
                if ((kind == null || kind.equals(entry.kind()))
                        && (subject == null || subject.equals(entry.subject()))) {
                    found.add(entry);
                }
            }
        }
        Collections.reverse(found);
        return found;
    }

    private void work() {
        List<JournalEntry> batch = new ArrayList<>();
        boolean last = false;
        while (!last) {
            // Read before the queue: what was said before the end is written down.
            last = closed;
            try {
                JournalEntry first = last ? queue.poll() : queue.poll(PAUSE_NANOS, TimeUnit.NANOSECONDS);
                if (first != null) {
                    batch.add(first);
                    queue.drainTo(batch, last ? Integer.MAX_VALUE : AT_ONCE);
                }
            } catch (InterruptedException e) {
                LOG.debug("Somebody interrupted the journal, which goes on", e);
            }
            batch.remove(WAKE);
            for (FallbackTally.Count count :
                    last ? fallbacks.all(ticks.getAsLong()) : fallbacks.due(ticks.getAsLong())) {
                batch.add(entry(count));
            }
            addLost(batch);
            write(batch);
            batch.clear();
        }
    }

    private JournalEntry entry(FallbackTally.Count count) {
        String times = count.times() == 1 ? "A request" : count.times() + " requests";
        return new Entry(
                clock.instant(),
                JournalEntry.FELL_BACK,
                count.name(),
                times + " did without the " + count.kind() + " '" + count.name() + "'. " + count.example(),
                Map.of("pluginKind", count.kind(), "times", Long.toString(count.times())));
    }

    private void addLost(List<JournalEntry> batch) {
        long all = lost.get();
        if (all != lostBefore) {
            long more = all - lostBefore;
            lostBefore = all;
            batch.add(new Entry(
                    clock.instant(),
                    JournalEntry.ENTRIES_LOST,
                    "journal",
                    more + " entries could not be written down, because too much happened at once.",
                    Map.of("times", Long.toString(more))));
        }
    }

    private void write(List<JournalEntry> batch) {
        if (batch.isEmpty()) {
            return;
        }
        file.append(batch);
        // Memory comes after the file: whoever sees an entry there finds it in the file too.
        synchronized (kept) {
            for (JournalEntry entry : batch) {
                kept.addLast(entry);
                if (kept.size() > KEPT) {
                    kept.removeFirst();
                }
            }
        }
        for (JournalEntry entry : batch) {
            try {
                listener.accept(entry);
            } catch (RuntimeException | LinkageError e) {
                LOG.debug("A journal entry could not be told", e);
            }
        }
    }

    /** Writes down what is left, within a bound, and ends the thread. */
    @Override
    public void close() {
        closed = true;
        // Not by an interrupt, which could tear a line that is being written.
        boolean unused = queue.offer(WAKE);
        try {
            thread.join(CLOSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
