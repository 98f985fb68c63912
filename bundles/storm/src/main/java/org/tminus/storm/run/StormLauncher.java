/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.storm.run;

import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.tminus.demo.launch.ContainerJob;
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
    private static final ContainerJob.Kind<StormRequest, Storm, StormOutcome> STORM = new ContainerJob.Kind<>(
            "storm",
            StormRequest.class,
            Storm.class,
            StormRequest::workFolder,
            StormRequest::stopContainer,
            (storm, request, progress) -> new StormOutcome(null, storm.run(request, progress::at)),
            reason -> new StormOutcome(reason, null));

    private final ContainerJob<StormRequest, Storm, StormOutcome> job;

    /** The typed configuration. */
    @ObjectClassDefinition(name = "Tminus storm", description = "A storm, made when the container starts.")
    @interface Config {
        /** Where the request is. */
        @AttributeDefinition(name = "Request", description = "A URI of a JSON file that says what to do.")
        String request();
    }

    @Activate
    public StormLauncher(BundleContext context, Config config) {
        job = ContainerJob.start(context, STORM, config.request());
    }

    @Deactivate
    void stop() {
        job.interrupt();
    }
}
