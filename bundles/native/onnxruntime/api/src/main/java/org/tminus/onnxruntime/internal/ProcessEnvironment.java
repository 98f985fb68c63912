/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnxruntime.internal;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tminus.onnxruntime.NativeLibraryException;
import org.tminus.onnxruntime.OnnxRuntime;
import org.tminus.onnxruntime.OnnxRuntimeOptions;
import org.tminus.onnxruntime.SharedWeights;

/**
 * The environment. The native library allows one per process and keeps it to the process's end, so this is the one
 * place with static state: it mirrors the library's own.
 */
public final class ProcessEnvironment implements OnnxRuntime {

    /** The library's own property: a directory with its native files. Whoever sets it replaces the bundled ones. */
    static final String LIBRARY_PATH = "onnxruntime.native.path";

    /** Where native files are kept outside a container. */
    static final String NATIVE_DIRECTORY = "org.tminus.native.directory";

    /**
     * What the process's environment was made with. A refreshed bundle starts with fresh classes and finds the native
     * environment in place; only a property of the process tells it what that environment is like.
     */
    private static final String MADE_WITH = "org.tminus.onnxruntime.made-with";

    private static @Nullable ProcessEnvironment instance;
    private static @Nullable String failure;

    private final OrtEnvironment environment;
    private final int threads;
    private final boolean spinning;

    /** Whether all sessions take their memory from one arena. */
    private final boolean sharingArena;

    private final MappedMemory mappedMemory = MappedMemory.ofSystem();

    private ProcessEnvironment(OrtEnvironment environment, int threads, boolean spinning, boolean sharingArena) {
        this.environment = environment;
        this.threads = threads;
        this.spinning = spinning;
        this.sharingArena = sharingArena;
    }

    /** The environment, if it was made. */
    public static synchronized Optional<OnnxRuntime> current() {
        return Optional.ofNullable(instance);
    }

    /**
     * The environment, made with the options if there is none yet.
     *
     * @throws NativeLibraryException if the native library is missing for this platform or cannot be loaded
     */
    public static synchronized ProcessEnvironment open(OnnxRuntimeOptions options) {
        ProcessEnvironment existing = instance;
        if (existing != null) {
            return existing;
        }
        // The library's classes cannot be initialised twice: a second attempt would only hide the first reason.
        String earlier = failure;
        if (earlier != null) {
            throw new NativeLibraryException(earlier);
        }
        try {
            ProcessEnvironment made = make(options);
            instance = made;
            return made;
        } catch (NativeLibraryException e) {
            if (e.getCause() instanceof LinkageError) {
                failure = e.getMessage();
            }
            throw e;
        }
    }

    private static ProcessEnvironment make(OnnxRuntimeOptions options) {
        if (System.getProperty(LIBRARY_PATH) != null) {
            return create(options, "in " + System.getProperty(LIBRARY_PATH));
        }
        Platform platform = Platform.of(System.getProperty("os.name", "?"), System.getProperty("os.arch", "?"));
        Path directory = options.nativeDirectory().orElseGet(ProcessEnvironment::defaultDirectory);
        Path folder = prepare(platform, new NativeStore(directory), directory);
        System.setProperty(LIBRARY_PATH, folder.toString());
        try {
            return create(options, "for " + platform.id());
        } finally {
            System.clearProperty(LIBRARY_PATH);
            NativeStore.remove(folder);
        }
    }

    private static Path prepare(Platform platform, NativeStore store, Path directory) {
        List<Path> stored = new ArrayList<>();
        try {
            for (String name : platform.files()) {
                URL resource = OrtEnvironment.class.getResource("/ai/onnxruntime/native/" + platform.id() + "/" + name);
                if (resource == null) {
                    throw new NativeLibraryException("ONNX Runtime's native library for " + platform.id()
                            + " is not installed; add the bundle org.tminus.native.onnxruntime." + platform.id());
                }
                stored.add(store.store(name, () -> open(resource)));
            }
            return store.linkForLoading(stored);
        } catch (IOException e) {
            throw new NativeLibraryException(
                    "ONNX Runtime's native library cannot be written below " + directory + " (" + e
                            + "); make the directory writable or configure another one",
                    e);
        }
    }

    private static InputStream open(URL resource) throws IOException {
        var connection = resource.openConnection();
        connection.setUseCaches(false); // a cached archive would stay open after the bundle is gone
        return connection.getInputStream();
    }

    private static ProcessEnvironment create(OnnxRuntimeOptions options, String where) {
        try (OrtEnvironment.ThreadingOptions threading = new OrtEnvironment.ThreadingOptions()) {
            threading.setGlobalIntraOpNumThreads(options.threads());
            threading.setGlobalInterOpNumThreads(1);
            threading.setGlobalSpinControl(options.spinning());
            OrtEnvironment environment =
                    OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_WARNING, "tminus", threading);
            String madeWith = System.getProperty(MADE_WITH);
            if (madeWith == null) {
                boolean sharing = CommonArena.make(environment);
                System.setProperty(MADE_WITH, options.threads() + "," + options.spinning() + "," + sharing);
                return new ProcessEnvironment(environment, options.threads(), options.spinning(), sharing);
            }
            String[] parts = madeWith.split(",", -1);
            return new ProcessEnvironment(
                    environment,
                    Integer.parseInt(parts[0]),
                    Boolean.parseBoolean(parts[1]),
                    Boolean.parseBoolean(parts[2]));
        } catch (LinkageError e) {
            Throwable reason = e.getCause() == null ? e : e.getCause();
            throw new NativeLibraryException(
                    "ONNX Runtime's native library " + where + " cannot be loaded: " + reason.getMessage(), e);
        } catch (OrtException | IllegalStateException e) {
            throw new NativeLibraryException("ONNX Runtime cannot be started: " + e.getMessage(), e);
        }
    }

    private static Path defaultDirectory() {
        String configured = System.getProperty(NATIVE_DIRECTORY);
        if (configured != null) {
            return Path.of(configured);
        }
        String cache = System.getenv("XDG_CACHE_HOME");
        Path base = cache != null && !cache.isBlank()
                ? Path.of(cache)
                : Path.of(System.getProperty("user.home", "."), ".cache");
        return base.resolve("tminus").resolve("native");
    }

    /** Whether the environment is what the options ask for. */
    public boolean matches(OnnxRuntimeOptions options) {
        return options.threads() == threads && options.spinning() == spinning;
    }

    /** The options it was made with, for people. */
    public String description() {
        return threads + (threads == 1 ? " thread, " : " threads, ") + (spinning ? "spinning" : "not spinning");
    }

    @Override
    public OrtEnvironment environment() {
        return environment;
    }

    @Override
    public OrtSession.SessionOptions newSessionOptions() throws OrtException {
        return newSessionOptions(OrtSession.SessionOptions::disablePerSessionThreads);
    }

    @Override
    public OrtSession.SessionOptions newInlineSessionOptions() throws OrtException {
        return newSessionOptions(options -> options.setIntraOpNumThreads(1));
    }

    private interface Setting {
        void apply(OrtSession.SessionOptions options) throws OrtException;
    }

    private OrtSession.SessionOptions newSessionOptions(Setting threading) throws OrtException {
        OrtSession.SessionOptions options = new OrtSession.SessionOptions();
        try {
            threading.apply(options);
            if (sharingArena) {
                CommonArena.use(options);
            }
            return options;
        } catch (OrtException e) {
            options.close();
            throw e;
        }
    }

    @Override
    public SharedWeights newSharedWeights() throws OrtException {
        return new MappedWeights(environment, mappedMemory);
    }

    @Override
    public void shrinkArena() {
        if (sharingArena) {
            CommonArena.shrink(environment);
        }
    }

    @Override
    public void shrinkArenaAfter(OrtSession.RunOptions run) throws OrtException {
        if (sharingArena) {
            CommonArena.shrinkAfter(run);
        }
    }

    @Override
    public int threads() {
        return threads;
    }

    @Override
    public boolean isSpinning() {
        return spinning;
    }

    @Override
    public String version() {
        return environment.getVersion();
    }
}
