/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.storm.run;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
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
import org.tminus.demo.report.ProgressLine;
import org.tminus.storm.Storm;
import org.tminus.storm.StormOutcome;
import org.tminus.storm.StormRequest;

/** Makes a storm when the container starts, if its configuration names a request. */
@Component(
        service = {},
        immediate = true,
        configurationPid = "org.tminus.storm",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = StormLauncher.Config.class)
public final class StormLauncher {
    private static final Logger LOG = LoggerFactory.getLogger(StormLauncher.class);
    private static final long PATIENCE_MILLIS = 120_000;

    private final BundleContext context;
    private final Thread thread;

    /** The typed configuration. */
    @ObjectClassDefinition(name = "Tminus storm", description = "A storm, made when the container starts.")
    @interface Config {
        /** Where the request is. */
        @AttributeDefinition(name = "Request", description = "A URI of a JSON file that says what to do.")
        String request();
    }

    @Activate
    public StormLauncher(BundleContext context, Config config) {
        this.context = context;
        Path file = Path.of(URI.create(config.request()));
        thread = new Thread(() -> run(file), "tminus-storm");
        thread.setDaemon(true);
        thread.start();
    }

    @Deactivate
    void stop() {
        thread.interrupt();
    }

    private void run(Path file) {
        StormRequest request;
        try {
            request = DemoFiles.read(file, StormRequest.class);
        } catch (IOException e) {
            LOG.error("There is no storm to make: {}", e.getMessage());
            return;
        }
        Path work = Path.of(request.workFolder());
        StormOutcome outcome;
        try {
            // The container goes on installing for a while, and a storm must not be among it.
            await("org.apache.karaf.features.BootFinished");
            Storm storm = (Storm) await(Storm.class.getName());
            outcome = new StormOutcome(null, storm.run(request, (share, activity) -> report(work, share, activity)));
        } catch (InterruptedException e) {
            LOG.info("The storm was interrupted");
            return;
        } catch (Exception e) {
            LOG.error("The storm failed", e);
            outcome = new StormOutcome(String.valueOf(e.getLocalizedMessage()), null);
        }
        try {
            DemoFiles.write(work.resolve(DemoFiles.OUTCOME), outcome);
        } catch (IOException e) {
            LOG.error("The outcome of the storm cannot be written", e);
        }
        if (request.stopContainer()) {
            stopContainer();
        }
    }

    private Object await(String service) throws InterruptedException, InvalidSyntaxException {
        ServiceTracker<Object, Object> tracker = new ServiceTracker<>(
                context, context.createFilter("(" + Constants.OBJECTCLASS + "=" + service + ")"), null);
        // All services: this bundle has no wiring to the package of a service that it only waits for.
        tracker.open(true);
        try {
            Object found = tracker.waitForService(PATIENCE_MILLIS);
            if (found == null) {
                throw new IllegalStateException(
                        "The container did not bring up " + service + " within " + PATIENCE_MILLIS / 1000 + " s");
            }
            return found;
        } finally {
            tracker.close();
        }
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
