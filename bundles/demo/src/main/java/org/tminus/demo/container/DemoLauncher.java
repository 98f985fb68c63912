/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.demo.container;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.Filter;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.util.tracker.ServiceTracker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tminus.demo.report.DemoFiles;
import org.tminus.demo.report.DemoOutcome;
import org.tminus.demo.report.DemoRequest;
import org.tminus.demo.report.ProgressLine;

/**
 * Runs the demo when the container starts, if its configuration names a request. It waits for the services itself rather than by reference,
 * so that what is missing ends in an answer.
 */
@Component(
        service = {},
        immediate = true,
        configurationPid = "org.tminus.demo",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = DemoLauncher.Config.class)
public final class DemoLauncher {
    private static final Logger LOG = LoggerFactory.getLogger(DemoLauncher.class);
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final BundleContext context;
    private final Thread thread;

    /** The typed configuration. */
    @ObjectClassDefinition(name = "Tminus demo", description = "A run of the demo, started with the container.")
    @interface Config {
        /** Where the request is. */
        @AttributeDefinition(name = "Request", description = "A URI of a JSON file that says what to do.")
        String request();
    }

    @Activate
    public DemoLauncher(BundleContext context, Config config) {
        this.context = context;
        Path file = Path.of(URI.create(config.request()));
        thread = new Thread(() -> run(file), "tminus-demo");
        thread.setDaemon(true);
        thread.start();
    }

    @Deactivate
    void stop() {
        thread.interrupt();
    }

    private void run(Path file) {
        DemoRequest request;
        try {
            request = DemoFiles.read(file, DemoRequest.class);
        } catch (IOException e) {
            LOG.error("The demo has nothing to do: {}", e.getMessage());
            return;
        }
        Path work = Path.of(request.workFolder());
        DemoOutcome outcome;
        try {
            outcome = runner().run(request, (share, activity) -> report(work, share, activity));
        } catch (InterruptedException e) {
            LOG.info("The demo was interrupted");
            return;
        } catch (Exception e) {
            LOG.error("The demo failed", e);
            outcome = DemoOutcome.failed(String.valueOf(e.getLocalizedMessage()));
        }
        try {
            DemoFiles.write(work.resolve(DemoFiles.OUTCOME), outcome);
        } catch (IOException e) {
            LOG.error("The outcome of the demo cannot be written", e);
        }
        if (request.stopContainer()) {
            stopContainer();
        }
    }

    private DemoRunner runner() throws InterruptedException {
        // Outside Karaf nobody says that the start is over, and there is nothing to wait for.
        if (context.getProperty("karaf.home") != null) {
            await("org.apache.karaf.features.BootFinished");
        }
        return (DemoRunner) await(DemoRunner.class.getName());
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
        return List.of(
                        "org.tminus.inference.InferenceService",
                        "org.tminus.inference.PlatformStatus",
                        "org.tminus.model.ModelRepository",
                        "org.tminus.onnxruntime.OnnxRuntime",
                        "org.osgi.service.cm.ConfigurationAdmin")
                .stream()
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
