/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnxruntime.internal;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.File;
import java.nio.file.Path;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tminus.onnxruntime.NativeLibraryException;
import org.tminus.onnxruntime.OnnxRuntime;
import org.tminus.onnxruntime.OnnxRuntimeOptions;
import org.tminus.onnxruntime.SharedWeights;

/** The service, for as long as the native library can be used. */
@Component(service = OnnxRuntime.class, configurationPid = OnnxRuntime.PID, immediate = true)
@Designate(ocd = OnnxRuntimeComponent.Config.class)
public final class OnnxRuntimeComponent implements OnnxRuntime {

    private static final Logger LOG = LoggerFactory.getLogger(OnnxRuntimeComponent.class);

    private final ProcessEnvironment environment;

    /** The typed configuration. */
    @ObjectClassDefinition(
            name = "Tminus ONNX Runtime",
            description = "Read once per process: a change takes effect when the container is restarted.")
    @interface Config {
        /** Threads for one operator. */
        @AttributeDefinition(
                name = "Threads",
                description = "Threads that work on one operator; 0 means as many as there are processors.",
                min = "0",
                max = "1024")
        int threads() default 0;

        /** Whether idle threads spin. */
        @AttributeDefinition(
                name = "Spinning",
                description = "Whether idle threads spin: sooner answers under steady load, busy processors without.")
        boolean spinning() default false;

        /** Where native files are kept. */
        @AttributeDefinition(
                name = "Native directory",
                description = "Where native libraries are kept; empty means tminus/native in the data directory.")
        String nativeDirectory() default "";
    }

    /** Loads the library; without it the component does not become active. */
    @Activate
    public OnnxRuntimeComponent(BundleContext context, Config config) {
        OnnxRuntimeOptions options = options(context, config);
        try {
            environment = ProcessEnvironment.open(options);
        } catch (NativeLibraryException e) {
            LOG.error("{}", e.getMessage());
            LOG.debug("The reason in full", e);
            throw e;
        }
        if (environment.matches(options)) {
            LOG.info("ONNX Runtime {} is ready: {}", environment.version(), environment.description());
        } else {
            tellRestart();
        }
    }

    @Modified
    void modified(BundleContext context, Config config) {
        if (!environment.matches(options(context, config))) {
            tellRestart();
        }
    }

    private void tellRestart() {
        LOG.warn(
                "The configuration {} differs from what is in force ({}); it takes effect when the container is restarted",
                PID,
                environment.description());
    }

    private static OnnxRuntimeOptions options(BundleContext context, Config config) {
        OnnxRuntimeOptions options = OnnxRuntimeOptions.defaults().withSpinning(config.spinning());
        try {
            options = options.withThreads(config.threads());
        } catch (IllegalArgumentException e) {
            LOG.error("The configuration {} is not used in full: {}; taking 0", PID, e.getMessage());
        }
        return options.withNativeDirectory(
                directory(context, config.nativeDirectory().strip()));
    }

    private static Path directory(BundleContext context, String configured) {
        if (!configured.isEmpty()) {
            return Path.of(configured);
        }
        // Below the container's data directory, so that an update of this bundle finds its files again.
        String data = System.getProperty("karaf.data");
        if (data != null) {
            return Path.of(data, "tminus", "native");
        }
        File own = context.getDataFile("native");
        return own != null ? own.toPath() : Path.of("tminus", "native");
    }

    @Override
    public OrtEnvironment environment() {
        return environment.environment();
    }

    @Override
    public OrtSession.SessionOptions newSessionOptions() throws OrtException {
        return environment.newSessionOptions();
    }

    @Override
    public OrtSession.SessionOptions newInlineSessionOptions() throws OrtException {
        return environment.newInlineSessionOptions();
    }

    @Override
    public SharedWeights newSharedWeights() throws OrtException {
        return environment.newSharedWeights();
    }

    @Override
    public void shrinkArena() {
        environment.shrinkArena();
    }

    @Override
    public void shrinkArenaAfter(OrtSession.RunOptions run) throws OrtException {
        environment.shrinkArenaAfter(run);
    }

    @Override
    public int threads() {
        return environment.threads();
    }

    @Override
    public boolean isSpinning() {
        return environment.isSpinning();
    }

    @Override
    public String version() {
        return environment.version();
    }
}
