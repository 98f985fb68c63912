/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tck.internal.bundle;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Threads that were not there before, apart from those of the framework and of Java itself. */
final class Threads {
    private static final List<String> KNOWN = List.of(
            "Felix",
            "SCR",
            "CM ",
            "fileinstall",
            "process reaper",
            "Common-Cleaner",
            "ForkJoinPool",
            "surefire",
            "junit",
            "Attach",
            "Reference Handler",
            "Finalizer",
            "Signal Dispatcher",
            "Notification",
            "tck-crowd");

    private final Set<Thread> before;

    private Threads(Set<Thread> before) {
        this.before = before;
    }

    /** Those of this moment. */
    static Threads now() {
        return new Threads(new HashSet<>(Thread.getAllStackTraces().keySet()));
    }

    /** Names of those that have come since and live. */
    Set<String> since() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(Thread::isAlive)
                .filter(thread -> !before.contains(thread))
                .map(Thread::getName)
                .filter(name -> KNOWN.stream().noneMatch(name::startsWith))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
