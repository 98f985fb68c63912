/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.cli.container;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.tminus.demo.report.DemoFiles;
import org.tminus.demo.report.ProgressLine;

/** A distribution of its own, unpacked for one command, that does one job after the other, each in a process of its own. */
public final class Container {
    private static final Duration START = Duration.ofMinutes(4);
    private static final Duration STOP = Duration.ofSeconds(30);
    /** Variables that Karaf's script reads. */
    private static final Pattern FOREIGN = Pattern.compile("(KARAF_|JAVA).*|EXTRA_JAVA_OPTS|CLASSPATH");

    private static final long POLL_MILLIS = 200;

    private final Path base;
    private final Path logFile;
    private @Nullable Process process;
    private boolean ended;

    /**
     * Unpacks the distribution.
     *
     * @param base a folder that does not exist yet
     * @param logFile where the log is kept if a run fails
     * @param threadsPerRequest how many threads work on one request
     */
    public Container(Path distribution, Path base, Path logFile, int threadsPerRequest) throws IOException {
        this.base = base;
        this.logFile = logFile;
        Folders.unpack(distribution, base);
        // Nobody logs in; any free port, so that other containers are not in the way.
        edit("org.apache.karaf.shell.cfg", properties -> properties.setProperty("sshPort", "0"));
        edit(
                "org.tminus.onnxruntime.cfg",
                properties -> properties.setProperty("threads", String.valueOf(threadsPerRequest)));
    }

    /** Has a feature of the distribution installed at the start. */
    public void install(String feature) throws IOException {
        edit(
                "org.apache.karaf.features.cfg",
                properties -> properties.merge("featuresBoot", feature, (present, added) -> present + "," + added));
    }

    /** Puts a model into the deploy folder. */
    public void deploy(Path model) throws IOException {
        Files.copy(model, base.resolve("deploy").resolve(String.valueOf(model.getFileName())));
    }

    /**
     * What a container is to do.
     *
     * @param name for people
     * @param pid the configuration that names the request
     * @param workFolder where request, progress and outcome lie
     * @param request as JSON
     * @param outcome what it is answered with, as JSON
     * @param failure why an outcome is none; null if it is one
     */
    public record Job<T>(
            String name,
            String pid,
            Path workFolder,
            Object request,
            Class<T> outcome,
            Function<T, @Nullable String> failure) {}

    /**
     * Starts the container anew, follows the job to its end, and waits until the container is gone.
     *
     * @param javaOptions options for Java, without spaces inside of one
     * @throws IOException if the request fails, or the container does not come up or ends early; the log is kept
     */
    public <T> T run(Job<T> job, String javaOptions, Consumer<ProgressLine> progress)
            throws IOException, InterruptedException {
        Path work = job.workFolder();
        Files.createDirectories(work);
        Files.deleteIfExists(work.resolve(DemoFiles.OUTCOME));
        Files.deleteIfExists(work.resolve(DemoFiles.PROGRESS));
        // What an earlier run left in memory and on disk must not help this one.
        Folders.delete(base.resolve("data"));
        Path file = work.resolve("request.json");
        DemoFiles.write(file, job.request());
        Files.writeString(
                base.resolve("etc").resolve(job.pid() + ".cfg"),
                "request = " + file.toUri() + "\n",
                StandardCharsets.ISO_8859_1);
        Process started = start(job.name(), javaOptions);
        try {
            return follow(job, started, progress);
        } catch (IOException e) {
            if (isEnded()) {
                throw new IOException("the " + job.name() + " was stopped", e);
            }
            keepLog();
            throw new IOException(e.getMessage() + "; the container's log is in " + logFile, e);
        } finally {
            kill(started);
        }
    }

    private synchronized Process start(String name, String javaOptions) throws IOException {
        if (ended) {
            throw new IOException("the " + name + " was stopped");
        }
        ProcessBuilder builder =
                new ProcessBuilder("sh", base.resolve("bin/karaf").toString(), "server");
        Map<String, String> environment = builder.environment();
        // What the user's own container is told is not for this one.
        environment.keySet().removeIf(FOREIGN.asMatchPredicate());
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        environment.put("EXTRA_JAVA_OPTS", javaOptions);
        // So that the process is Java itself, and stopping it stops Java.
        environment.put("KARAF_EXEC", "exec");
        builder.redirectErrorStream(true);
        builder.redirectOutput(base.resolve("console.txt").toFile());
        Process started = builder.start();
        started.getOutputStream().close();
        process = started;
        return started;
    }

    private static <T> T follow(Job<T> job, Process started, Consumer<ProgressLine> progress)
            throws IOException, InterruptedException {
        Path work = job.workFolder();
        Path outcome = work.resolve(DemoFiles.OUTCOME);
        long begin = System.nanoTime();
        boolean begun = false;
        while (!started.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS) && !Files.exists(outcome)) {
            Optional<ProgressLine> line = lastLine(work.resolve(DemoFiles.PROGRESS));
            if (line.isPresent()) {
                begun = true;
                progress.accept(line.get());
            } else if (System.nanoTime() - begin > START.toNanos()) {
                throw new IOException("the container did not come up within " + START.toMinutes() + " minutes");
            }
        }
        if (!Files.exists(outcome)) {
            throw new IOException("the container ended " + (begun ? "before it was done" : "while it started")
                    + ", with exit status " + started.exitValue());
        }
        T result = DemoFiles.read(outcome, job.outcome());
        String failure = job.failure().apply(result);
        if (failure != null) {
            throw new IOException(failure);
        }
        started.waitFor(STOP.toSeconds(), TimeUnit.SECONDS);
        return result;
    }

    private static Optional<ProgressLine> lastLine(Path file) throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        List<String> lines = Files.readAllLines(file);
        for (int index = lines.size() - 1; index >= 0; index--) {
            Optional<ProgressLine> line = ProgressLine.parse(lines.get(index));
            if (line.isPresent()) {
                return line;
            }
        }
        return Optional.empty();
    }

    private void keepLog() throws IOException {
        Path parent = logFile.getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        try (OutputStream out = Files.newOutputStream(logFile)) {
            for (Path log : List.of(base.resolve("console.txt"), base.resolve("data/log/karaf.log"))) {
                if (Files.exists(log)) {
                    Files.copy(log, out);
                }
            }
        }
    }

    private synchronized boolean isEnded() {
        return ended;
    }

    /** Stops what runs; nothing starts afterwards. Safe from any thread, and more than once. */
    public void end() {
        Process running;
        synchronized (this) {
            ended = true;
            running = process;
        }
        if (running != null) {
            kill(running);
        }
    }

    private static void kill(Process running) {
        if (!running.isAlive()) {
            return;
        }
        List<ProcessHandle> children = running.descendants().toList();
        running.destroy();
        try {
            if (!running.waitFor(STOP.toSeconds(), TimeUnit.SECONDS)) {
                running.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            running.destroyForcibly();
            Thread.currentThread().interrupt();
        } finally {
            children.forEach(ProcessHandle::destroyForcibly);
        }
    }

    private void edit(String name, Consumer<Properties> change) throws IOException {
        Path file = base.resolve("etc").resolve(name);
        Properties properties = new Properties();
        if (Files.exists(file)) {
            try (InputStream in = Files.newInputStream(file)) {
                properties.load(in);
            }
        }
        change.accept(properties);
        try (OutputStream out = Files.newOutputStream(file)) {
            properties.store(out, null);
        }
    }
}
