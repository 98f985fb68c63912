/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.cli.container;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The containers of one run and the folder they work in: ended and removed when the run is over, also by ctrl-c. Thread-safe. */
public final class Containers implements AutoCloseable {
    private final Path distribution;
    private final Path workFolder;
    private final Path logFile;
    private final boolean keep;
    private final Thread cleaner;
    private final List<Container> started = new CopyOnWriteArrayList<>();

    /**
     * @param name of the run, for people
     * @param distribution archive that containers are made of
     * @param keep whether the work folder stays
     */
    public Containers(String name, Path distribution, Path workFolder, Path logFile, boolean keep) {
        this.distribution = distribution;
        this.workFolder = workFolder;
        this.logFile = logFile;
        this.keep = keep;
        // One thread, so that nothing is removed while a container still writes.
        cleaner = new Thread(this::endAndRemove, "end-" + name);
        Runtime.getRuntime().addShutdownHook(cleaner);
    }

    /**
     * A new one.
     *
     * @param name of its folder
     * @param threadsPerRequest that work on one request
     */
    public Container create(String name, int threadsPerRequest) throws IOException {
        Container container = new Container(distribution, workFolder.resolve(name), logFile, threadsPerRequest);
        started.add(container);
        return container;
    }

    @Override
    public void close() {
        endAndRemove();
        try {
            Runtime.getRuntime().removeShutdownHook(cleaner);
        } catch (IllegalStateException e) {
            // It runs already, which is as good.
            return;
        }
    }

    private synchronized void endAndRemove() {
        started.forEach(Container::end);
        if (keep || !Files.exists(workFolder)) {
            return;
        }
        try {
            Folders.delete(workFolder);
        } catch (IOException e) {
            System.err.println("tminus: " + workFolder + " is left behind: " + e.getMessage());
        }
    }
}
