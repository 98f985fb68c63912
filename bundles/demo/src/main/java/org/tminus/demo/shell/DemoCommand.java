/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.demo.shell;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;
import org.tminus.demo.container.DemoRunner;
import org.tminus.demo.container.ProgressListener;
import org.tminus.demo.report.DemoOutcome;
import org.tminus.demo.report.DemoReport;
import org.tminus.demo.report.DemoRequest;
import org.tminus.demo.report.DemoRequest.SwapCounts;
import org.tminus.demo.report.ReportTable;

/** The demo in a running container: fewer images and swaps, no memory. */
@Service
@Command(
        scope = "tminus",
        name = "demo",
        description = "Measures an installed model against plain ONNX Runtime and swaps policies under load.")
public final class DemoCommand implements Action {

    @Reference
    private @Nullable DemoRunner runner;

    @Option(
            name = "--data",
            description = "Folder with t10k-images-idx3-ubyte.gz and t10k-labels-idx1-ubyte.gz (in the project: "
                    + "models/data/fashion-mnist)",
            required = true)
    private String data = "";

    @Option(name = "--model", description = "Name of an installed model")
    private String model = "fashion-vit";

    @Option(name = "--images", description = "How many images each row classifies")
    private int images = 1000;

    @Option(name = "--threads", description = "How many clients send at once; 0 means one per processor")
    private int threads;

    @Option(name = "--seed", description = "Seed of everything that is random")
    private long seed = 1;

    @Override
    public @Nullable Object execute() throws Exception {
        DemoRunner present = runner;
        if (present == null) {
            throw new IllegalStateException("The platform is not up yet; see tminus:status");
        }
        Path work = Files.createTempDirectory("tminus-demo");
        try {
            DemoRequest request = new DemoRequest(
                    DemoRequest.Task.COMPARE,
                    "Images of " + data,
                    model,
                    null,
                    null,
                    data,
                    null,
                    work.toString(),
                    work.resolve("inputs.bin").toString(),
                    images,
                    threads > 0 ? threads : Runtime.getRuntime().availableProcessors(),
                    seed,
                    new SwapCounts(10, 2),
                    null,
                    false);
            DemoOutcome outcome = present.run(request, new Activities());
            DemoReport report = outcome.report();
            if (report != null) {
                System.out.print(ReportTable.render(report));
            }
        } finally {
            delete(work);
        }
        return null;
    }

    private static void delete(Path folder) throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure) throws IOException {
                if (failure != null) {
                    throw failure;
                }
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /** Says once what is going on. */
    private static final class Activities implements ProgressListener {
        private String last = "";

        @Override
        public void progress(double share, String activity) {
            if (!activity.equals(last)) {
                last = activity;
                System.out.println(activity + " ...");
            }
        }
    }
}
