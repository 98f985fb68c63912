/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.demo.launch;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.Filter;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.util.tracker.ServiceTracker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tminus.demo.report.DemoFiles;
import org.tminus.demo.report.ProgressLine;

/**
 * A job that a container does when it starts, in a thread of its own: it reads a request, waits for the service that does the
 * work, tells progress and leaves an outcome. It waits itself rather than by reference, so that what is missing ends in an answer.
 *
 * @param <Q> the request
 * @param <S> the service
 * @param <O> the outcome
 */
public final class ContainerJob<Q, S, O> {
    private static final Logger LOG = LoggerFactory.getLogger(ContainerJob.class);
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    /** Without these there is nothing to serve with. */
    private static final List<String> NEEDED = List.of(
            "org.tminus.inference.InferenceService",
            "org.tminus.inference.PlatformStatus",
            "org.tminus.model.ModelRepository",
            "org.tminus.onnxruntime.OnnxRuntime",
            "org.osgi.service.cm.ConfigurationAdmin");

    private final BundleContext context;
    private final Kind<Q, S, O> kind;
    private final Thread thread;

    /** Told how far a job is, from 0 to 1, and what is going on in a few words. Called by one thread. */
    public interface Progress {
        void at(double share, String activity);
    }

    /** The work itself; blocks until it is done. */
    public interface Work<Q, S, O> {
        O run(S service, Q request, Progress progress) throws Exception;
    }

    /**
     * What a job is.
     *
     * @param name for people and for the thread
     * @param request type of the file that is read
     * @param service that does the work
     * @param workFolder where progress and outcome go, by request
     * @param stopsContainer whether the container ends with the job, by request
     * @param failure the outcome for a reason
     */
    public record Kind<Q, S, O>(
            String name,
            Class<Q> request,
            Class<S> service,
            Function<Q, String> workFolder,
            Predicate<Q> stopsContainer,
            Work<Q, S, O> work,
            Function<String, O> failure) {}

    private ContainerJob(BundleContext context, Kind<Q, S, O> kind, Path file) {
        this.context = context;
        this.kind = kind;
        thread = new Thread(() -> run(file), "tminus-" + kind.name());
        thread.setDaemon(true);
    }

    /**
     * Starts a job.
     *
     * @param request URI of the file with the request
     */
    public static <Q, S, O> ContainerJob<Q, S, O> start(BundleContext context, Kind<Q, S, O> kind, String request) {
        ContainerJob<Q, S, O> job = new ContainerJob<>(context, kind, Path.of(URI.create(request)));
        job.thread.start();
        return job;
    }

    /** Ends it early, without an outcome. */
    public void interrupt() {
        thread.interrupt();
    }

    private void run(Path file) {
        Q request;
        try {
            request = DemoFiles.read(file, kind.request());
        } catch (IOException e) {
            LOG.error("The {} has nothing to do: {}", kind.name(), e.getMessage());
            return;
        }
        Path work = Path.of(kind.workFolder().apply(request));
        O outcome;
        try {
            outcome = kind.work().run(service(), request, (share, activity) -> report(work, share, activity));
        } catch (InterruptedException e) {
            LOG.info("The {} was interrupted", kind.name());
            return;
        } catch (Exception e) {
            LOG.error("The {} failed", kind.name(), e);
            outcome = kind.failure().apply(String.valueOf(e.getLocalizedMessage()));
        }
        try {
            DemoFiles.write(work.resolve(DemoFiles.OUTCOME), outcome);
        } catch (IOException e) {
            LOG.error("The outcome of the {} cannot be written", kind.name(), e);
        }
        if (kind.stopsContainer().test(request)) {
            stopContainer();
        }
    }

    private S service() throws InterruptedException {
        // Outside Karaf nobody says that the start is over, and there is nothing to wait for.
        if (context.getProperty("karaf.home") != null) {
            await("org.apache.karaf.features.BootFinished");
        }
        return kind.service().cast(await(kind.service().getName()));
    }

    private Object await(String service) throws InterruptedException {
        ServiceTracker<Object, Object> tracker = new ServiceTracker<>(context, filter(service), null);
        // All services: this bundle has no wiring to the package of a service that it only waits for.
        tracker.open(true);
        try {
            Object found = tracker.waitForService(PATIENCE.toMillis());
            if (found == null) {
                throw new IllegalStateException("The container did not bring up " + service + " within "
                        + PATIENCE.toSeconds() + " s; missing are " + missing());
            }
            return found;
        } finally {
            tracker.close();
        }
    }

    private Filter filter(String service) {
        try {
            return context.createFilter("(" + Constants.OBJECTCLASS + "=" + service + ")");
        } catch (InvalidSyntaxException e) {
            throw new IllegalArgumentException(service, e);
        }
    }

    private List<String> missing() {
        return NEEDED.stream()
                .filter(name -> context.getServiceReference(name) == null)
                .toList();
    }

    private static void report(Path work, double share, String activity) {
        try {
            Files.writeString(
                    work.resolve(DemoFiles.PROGRESS),
                    new ProgressLine(share, activity).format() + "\n",
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            LOG.debug("Progress cannot be told", e);
        }
    }

    private void stopContainer() {
        try {
            context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).stop();
        } catch (BundleException e) {
            LOG.error("The container cannot be stopped", e);
        }
    }
}
