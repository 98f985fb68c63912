/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.storm.leak;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.osgi.framework.BundleContext;
import org.tminus.storm.StormReport.Leaks;
import org.tminus.storm.StormReport.Memory;

/** Compares what is held at rest with what was held before. Used by one thread. */
public final class LeakDetector {
    private static final long STEP_MILLIS = 500;

    private final BundleContext context;
    private final ClassLoaderWatch classLoaders;
    private final SessionWatch sessions;
    private final List<Path> temporaryFolders;
    private Census threads = new Census(Map.of());
    private Census openFiles = new Census(Map.of());
    private Census temporaryFiles = new Census(Map.of());
    private double heapMiB;
    private double residentMiB;

    /**
     * What is still held.
     *
     * @param details for people
     */
    public record Finding(Leaks leaks, Memory memory, List<String> details) {}

    /** @param temporaryFolders where temporary files would be left */
    public LeakDetector(
            BundleContext context, ClassLoaderWatch classLoaders, SessionWatch sessions, List<Path> temporaryFolders) {
        this.context = context;
        this.classLoaders = classLoaders;
        this.sessions = sessions;
        this.temporaryFolders = List.copyOf(temporaryFolders);
    }

    /** Takes stock before anything is swapped. */
    public void before() {
        threads = Holdings.threads();
        openFiles = Holdings.openFiles();
        temporaryFiles = Holdings.files(temporaryFolders);
        heapMiB = Holdings.heapMiB();
        residentMiB = Holdings.residentMiB();
    }

    /** Takes stock again and again until nothing is left over, or the patience is at its end: idle threads end after a minute. */
    public Finding rest(Duration patience) throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        LogEvents.displace();
        RecordCache.displace();
        Finding finding = look();
        while (!finding.leaks().none() && System.nanoTime() < end) {
            Thread.sleep(STEP_MILLIS);
            finding = look();
        }
        return finding;
    }

    private Finding look() {
        int gone = sessions.ofGoneBackends();
        LogEvents.forget(context);
        double heap = Holdings.heapMiB();
        List<String> loaders = classLoaders.leftOverBeside(Arrays.asList(context.getBundles()));
        Census moreThreads = Holdings.threads().beyond(threads);
        Census moreOpen = Holdings.openFiles().beyond(openFiles);
        Census moreTemporary = Holdings.files(temporaryFolders).beyond(temporaryFiles);
        List<String> details = new ArrayList<>();
        tell("Class loaders", Census.of(loaders.stream()), details);
        tell("Threads", moreThreads, details);
        tell("Open files", moreOpen, details);
        tell("Temporary files", moreTemporary, details);
        if (gone + sessions.ofPlugins() > 0) {
            details.add("Sessions: " + gone + " backends that went still hold memory, and " + sessions.ofPlugins()
                    + " sessions of plugins are open");
        }
        Leaks leaks = new Leaks(
                loaders.size(),
                moreThreads.total(),
                gone + sessions.ofPlugins(),
                moreOpen.total() + moreTemporary.total());
        return new Finding(leaks, new Memory(heapMiB, heap, residentMiB, Holdings.residentMiB()), details);
    }

    private static void tell(String what, Census census, List<String> details) {
        if (census.total() > 0) {
            details.add(what + ": " + census);
        }
    }
}
