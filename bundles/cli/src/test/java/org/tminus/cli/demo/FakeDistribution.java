/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.cli.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Archives whose container is a short script instead of Karaf, so that the way around it can be tested in seconds. */
public final class FakeDistribution {

    /** Finds the request as the real container does, and names the work folder and the outcome of the request. */
    private static final String PREAMBLE =
            """
            #!/bin/sh
            base=$(cd "$(dirname "$0")/.." && pwd)
            uri=$(cat "$base"/etc/org.tminus.*.cfg | sed -n 's/^request = //p')
            request=$(printf '%s' "${uri#file://}" | sed 's/%20/ /g')
            work=$(sed -n 's/.*"workFolder" : "\\(.*\\)",/\\1/p' "$request")
            mkdir -p "$base/data/log"
            echo 'a line of the log' > "$base/data/log/karaf.log"
            """;

    /** Answers a comparison with a report of two rows, and a memory task with a figure. */
    static final String ANSWERS =
            """
            printf '0.5\\thalf\\n' > "$work/progress.txt"
            if grep -q '"task" : "MEMORY"' "$request"; then
              grep -q '"policy" : "onnxruntime"' "$request" && mib=12.5 || mib=20.5
              echo '{"failure":null,"report":null,"plans":[],"peakMemoryMiB":'$mib'}' > "$work/outcome.part"
            else
              ls "$base/deploy" > "$base/../deployed.txt"
              cat > "$work/outcome.part" <<END
            {"failure":null,"peakMemoryMiB":null,
             "plans":[{"name":"plain","kind":"PLAIN","policy":"onnxruntime","operatingPoint":null,"setting":"ONE_THREAD","parts":[]},
                      {"name":"full","kind":"PLATFORM","policy":"full","operatingPoint":null,"setting":null,"parts":[]}],
             "report":{"task":"t","images":4,"seed":1,"machine":"m","threads":1,"notes":[],
               "rows":[{"name":"plain","policy":"onnxruntime","accuracy":1,"flopsPerInput":2,"latencyP50Ms":1,"latencyMeanMs":1,"latencyP99Ms":1,
                        "throughputPerSecond":1,"peakMemoryMiB":null,"flopsRatio":1,"operatingPoint":null,"fallbacks":0,"compiledShare":1,"backendMeanMs":0,"detail":""},
                       {"name":"full","policy":"full","accuracy":1,"flopsPerInput":2,"latencyP50Ms":1,"latencyMeanMs":1,"latencyP99Ms":1,
                        "throughputPerSecond":1,"peakMemoryMiB":null,"flopsRatio":1,"operatingPoint":null,"fallbacks":0,"compiledShare":1,"backendMeanMs":0,"detail":""}],
               "swaps":{"byConfiguration":1,"byBundleUpdate":1,"requests":9,"failedRequests":FAILED,"fallbacks":0,"longestLatencyMs":1,"firstFailure":null}}}
            END
            fi
            mv "$work/outcome.part" "$work/outcome.json"
            """;

    private FakeDistribution() {}

    public static void write(Path zip, String script) throws IOException {
        writeZip(
                zip,
                Map.of(
                        "tminus-1/bin/karaf", PREAMBLE + script,
                        "tminus-1/deploy/README", "models go here",
                        "tminus-1/etc/org.apache.karaf.shell.cfg", "sshPort = 8101\n"));
    }

    public static void writeModel(Path file) throws IOException {
        writeZip(file, Map.of("model.json", "{\"name\":\"fake\",\"version\":\"1.2.3\"}", "model.onnx", "graph"));
    }

    public static void writeZip(Path zip, Map<String, String> entries) throws IOException {
        Files.createDirectories(zip.toAbsolutePath().getParent());
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
            for (Map.Entry<String, String> entry : entries.entrySet()) {
                out.putNextEntry(new ZipEntry(entry.getKey()));
                out.write(entry.getValue().getBytes(StandardCharsets.UTF_8));
                out.closeEntry();
            }
        }
    }
}
