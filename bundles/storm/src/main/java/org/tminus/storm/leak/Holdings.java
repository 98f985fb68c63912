/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.storm.leak;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What this process holds at this moment. */
final class Holdings {
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final double MIB = 1024.0 * 1024.0;
    /** Threads that Java itself starts when it first needs them, and that say nothing about bundles. */
    private static final Pattern JAVA_OWN = Pattern.compile(
            "ForkJoinPool\\.commonPool-worker-.*|Attach Listener|process reaper.*|Common-Cleaner|Keep-Alive-Timer|Signal Dispatcher|"
                    + "DestroyJavaVM|RMI .*|JMX server connection .*|Finalizer|Reference Handler|Notification Thread|.*Cleaner-.*");

    private Holdings() {}

    static Census threads() {
        ThreadGroup top = Thread.currentThread().getThreadGroup();
        while (top.getParent() != null) {
            top = top.getParent();
        }
        Thread[] found = new Thread[top.activeCount() + 64];
        int count = top.enumerate(found);
        return Census.of(Stream.of(found).limit(count).map(Thread::getName).filter(name -> !JAVA_OWN.matcher(name)
                .matches()));
    }

    /** By what they lead to; empty where the system does not tell which. */
    static Census openFiles() {
        List<String> targets = new ArrayList<>();
        try (Stream<Path> descriptors = Files.list(DESCRIPTORS)) {
            for (Path descriptor : descriptors.toList()) {
                target(descriptor, targets);
            }
        } catch (IOException | UncheckedIOException e) {
            return Census.of(Stream.of());
        }
        return Census.of(targets.stream());
    }

    private static void target(Path descriptor, List<String> targets) {
        try {
            targets.add(Files.readSymbolicLink(descriptor).toString());
        } catch (IOException e) {
            // Closed between the list and the look; the one that the list itself was read by is such a case.
            return;
        }
    }

    /** All files in these folders. */
    static Census files(List<Path> folders) {
        List<String> names = new ArrayList<>();
        for (Path folder : folders) {
            if (Files.isDirectory(folder)) {
                collect(folder, names);
            }
        }
        return Census.of(names.stream());
    }

    private static void collect(Path folder, List<String> names) {
        try {
            Files.walkFileTree(folder, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    names.add(file.toString());
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException failure) {
                    // It vanished, or is another program's.
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure) {
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** After a collection. */
    static double heapMiB() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / MIB;
    }

    /** 0 where the system does not tell. */
    static double residentMiB() {
        try (Stream<String> lines = Files.lines(STATUS)) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")) / 1024)
                    .findFirst()
                    .orElse(0);
        } catch (IOException | UncheckedIOException | NumberFormatException e) {
            return 0;
        }
    }
}
