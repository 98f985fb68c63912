/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.models.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Version;
import org.osgi.framework.VersionRange;
import org.osgi.service.component.ComponentContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tminus.failure.ModelFormatException;
import org.tminus.failure.ModelNotFoundException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.ModelLease;
import org.tminus.model.ModelRepository;
import org.tminus.models.format.Limits;
import org.tminus.models.internal.store.Disk;
import org.tminus.models.internal.store.ModelStore;

/** The repository of this container: its models are bundles, and their files are in one folder. */
@Component(
        name = BundleModelRepository.PID,
        service = ModelRepository.class,
        immediate = true,
        configurationPid = BundleModelRepository.PID)
@Designate(ocd = BundleModelRepository.Config.class)
public final class BundleModelRepository implements ModelRepository {
    static final String PID = "org.tminus.models";
    private static final Logger LOG = LoggerFactory.getLogger(BundleModelRepository.class);
    private static final String FILE_INSTALL = "org.apache.felix.fileinstall.ArtifactInstaller";

    /** What an operator can set. */
    @ObjectClassDefinition(
            name = "Tminus models",
            description = "Where the files of models lie, and how large a model file may be.")
    public @interface Config {
        @AttributeDefinition(
                name = "Data directory",
                description = "Folder for the files of installed models, for one container alone. Empty: the bundle's"
                        + " own data area. A change takes effect when the bundle starts again.")
        String dataDirectory() default "";

        @AttributeDefinition(name = "Largest entry", description = "Bytes of one entry of a model file; at least 1.")
        long maximumEntryBytes() default 16L << 30;

        @AttributeDefinition(name = "Largest model", description = "Bytes of all entries together; at least 1.")
        long maximumModelBytes() default 20L << 30;

        @AttributeDefinition(
                name = "Largest compression ratio",
                description = "How many bytes one compressed byte may become; at least 1.")
        double maximumCompressionRatio() default 100;
    }

    private final String dataDirectory;
    private final ModelStore store;
    private final Publications publications;
    private final Refusals refusals;
    private final ModelBundleTracker tracker;
    private final ModelInstaller installer;
    private volatile Limits limits;

    /** @throws IOException if the data directory is in use by another container or cannot be written */
    @Activate
    public BundleModelRepository(ComponentContext component, BundleContext context, Config config) throws IOException {
        this(context, config, Disk.REAL);
        if (isThere(FILE_INSTALL)) {
            component.enableComponent(DeployFolder.NAME);
        }
    }

    BundleModelRepository(BundleContext context, Config config, Disk disk) throws IOException {
        limits = limits(config, Limits.DEFAULT);
        dataDirectory = config.dataDirectory();
        store = ModelStore.open(folder(context, dataDirectory), disk);
        publications = new Publications(store);
        refusals = new Refusals(context);
        tracker = new ModelBundleTracker(context, store, publications, refusals, () -> limits);
        installer = new ModelInstaller(context, store, publications, tracker, () -> limits);
        try {
            refusals.open();
            tracker.open();
            store.sweep();
        } catch (RuntimeException e) {
            deactivate();
            throw e;
        }
    }

    private static boolean isThere(String className) {
        try {
            Class.forName(className, false, BundleModelRepository.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            LOG.info("There is no FileInstall here, so models are installed through the repository only.");
            return false;
        }
    }

    private static Path folder(BundleContext context, String configured) throws IOException {
        if (!configured.isBlank()) {
            return Path.of(configured);
        }
        java.io.File area = context.getDataFile("models");
        if (area == null) {
            throw new IOException("The framework gives bundles no data area. Set " + PID + ": dataDirectory.");
        }
        return area.toPath();
    }

    /** A bad value leaves the limits as they were. */
    private static Limits limits(Config config, Limits before) {
        try {
            return new Limits(
                    config.maximumEntryBytes(),
                    config.maximumModelBytes(),
                    Limits.DEFAULT.descriptionBytes(),
                    Limits.DEFAULT.goldenBytes(),
                    config.maximumCompressionRatio());
        } catch (IllegalArgumentException e) {
            LOG.error(
                    "Configuration {}: maximumEntryBytes = {}, maximumModelBytes = {} and maximumCompressionRatio = {}"
                            + " must all be at least 1. The limits stay {}.",
                    PID,
                    config.maximumEntryBytes(),
                    config.maximumModelBytes(),
                    config.maximumCompressionRatio(),
                    before);
            return before;
        }
    }

    @Modified
    void modified(Config config) {
        limits = limits(config, limits);
        if (!config.dataDirectory().equals(dataDirectory)) {
            LOG.warn(
                    "Configuration {}: dataDirectory = '{}' takes effect when the bundle starts again; it is '{}' now.",
                    PID,
                    config.dataDirectory(),
                    dataDirectory);
        }
    }

    @Deactivate
    void deactivate() {
        tracker.close();
        refusals.close();
        try {
            store.close();
        } catch (IOException e) {
            LOG.warn("The model folder was not closed cleanly.", e);
        }
    }

    @Override
    public List<AdaptiveModel> models() {
        return publications.models();
    }

    @Override
    public ModelLease acquire(String name, VersionRange versions) throws ModelNotFoundException {
        return publications.lease(name, versions);
    }

    @Override
    public ModelLease acquire(AdaptiveModel model) throws ModelNotFoundException {
        return publications.lease(model);
    }

    @Override
    public AdaptiveModel install(Path file) throws ModelFormatException {
        try {
            return installer.install(file);
        } catch (ModelFormatException e) {
            refusals.tell(String.valueOf(file.getFileName()), e);
            throw e;
        }
    }

    @Override
    public void remove(String name, Version version) throws ModelNotFoundException {
        installer.remove(name, version);
    }
}
