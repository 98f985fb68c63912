/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.pack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** What is known about the machine and the libraries, for the provenance of a model. */
public final class Machine {
    private Machine() {}

    /** Processor, cores and operating system in words. */
    public static String description() {
        return processor() + ", " + Runtime.getRuntime().availableProcessors() + " cores, "
                + System.getProperty("os.name") + " " + System.getProperty("os.arch");
    }

    private static String processor() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/cpuinfo"))) {
                if (line.startsWith("model name")) {
                    return line.substring(line.indexOf(':') + 1).trim();
                }
            }
        } catch (IOException e) {
            // Other systems do not have this file; the architecture has to do.
        }
        return "processor " + System.getProperty("os.arch");
    }

    /** Versions that the result may depend on. */
    public static Map<String, String> versions() {
        Map<String, String> versions = new TreeMap<>();
        versions.put("java", System.getProperty("java.vm.name") + " " + System.getProperty("java.version"));
        versions.put("pytorch", org.bytedeco.pytorch.global.torch.TORCH_VERSION);
        versions.put(
                "onnxruntime", org.tminus.onnxruntime.OnnxRuntimes.standalone().version());
        versions.put("lightgbm", "3.3.510");
        return versions;
    }
}
