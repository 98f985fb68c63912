/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tck.internal.backend;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * The memory of this process that is in RAM, but for Java's heap, which the collector takes from the system and gives back
 * in steps of tens of megabytes: what a backend loses among them would not show. The virtual machine says where its heap
 * lies, and the system, on Linux, what of each mapping is resident.
 */
final class ResidentMemory {
    private static final Path MAPPINGS = Path.of("/proc/self/smaps");
    private static final Pattern ADDRESS = Pattern.compile("0x([0-9a-f]+)");
    private static final Pattern MAPPING = Pattern.compile("([0-9a-f]+)-([0-9a-f]+) .*");
    private static final Pattern RESIDENT = Pattern.compile("Rss: +(\\d+) kB");

    private final long heapStart;
    private final long heapEnd;

    private ResidentMemory(long heapStart, long heapEnd) {
        this.heapStart = heapStart;
        this.heapEnd = heapEnd;
    }

    /** With the heap that the virtual machine tells of; with none left out if it tells of none. */
    static ResidentMemory withoutHeap() {
        long start = Long.MAX_VALUE;
        long end = 0;
        Matcher address = ADDRESS.matcher(heapInfo());
        while (address.find()) {
            long value = Long.parseUnsignedLong(address.group(1), 16);
            start = Math.min(start, value);
            end = Math.max(end, value);
        }
        return new ResidentMemory(start, end);
    }

    private static String heapInfo() {
        try {
            return (String) ManagementFactory.getPlatformMBeanServer()
                    .invoke(
                            new ObjectName("com.sun.management:type=DiagnosticCommand"),
                            "gcHeapInfo",
                            new Object[] {null},
                            new String[] {String[].class.getName()});
        } catch (JMException e) {
            return "";
        }
    }

    /** @return bytes; empty where the system does not tell */
    OptionalDouble bytes() {
        if (!Files.isReadable(MAPPINGS)) {
            return OptionalDouble.empty();
        }
        double kilobytes = 0;
        boolean heap = false;
        try {
            for (String line : Files.readAllLines(MAPPINGS)) {
                Matcher mapping = MAPPING.matcher(line);
                Matcher resident = RESIDENT.matcher(line);
                if (mapping.matches()) {
                    heap = Long.parseUnsignedLong(mapping.group(1), 16) < heapEnd
                            && Long.parseUnsignedLong(mapping.group(2), 16) > heapStart;
                } else if (resident.matches() && !heap) {
                    kilobytes += Double.parseDouble(resident.group(1));
                }
            }
        } catch (IOException e) {
            return OptionalDouble.empty();
        }
        return OptionalDouble.of(1024 * kilobytes);
    }
}
