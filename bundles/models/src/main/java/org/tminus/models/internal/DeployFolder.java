/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.models.internal;

import java.io.File;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import org.apache.felix.fileinstall.ArtifactInstaller;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tminus.failure.ModelFormatException;
import org.tminus.failure.ModelNotFoundException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.ModelRepository;
import org.tminus.models.format.ModelPackage;
import org.tminus.models.internal.DeployedFiles.Deployed;

/**
 * Installs, updates and removes models as their files come, change and go in a folder that FileInstall watches, such as
 * Karaf's {@code deploy/}. Enabled only where FileInstall is there.
 */
@Component(name = DeployFolder.NAME, service = ArtifactInstaller.class, enabled = false)
public final class DeployFolder implements ArtifactInstaller {
    static final String NAME = "org.tminus.models.deploy";
    private static final Logger LOG = LoggerFactory.getLogger(DeployFolder.class);

    private final ModelRepository repository;
    private final DeployedFiles deployed;

    /** @throws IOException if the record of earlier deployments cannot be read */
    @Activate
    public DeployFolder(BundleContext context, @Reference ModelRepository repository) throws IOException {
        this(context.getDataFile("deployed.properties"), repository);
    }

    DeployFolder(File record, ModelRepository repository) throws IOException {
        this.repository = repository;
        this.deployed = new DeployedFiles(record.toPath());
        removeWhatWentMeanwhile();
    }

    /** FileInstall does not know which files it saw before the container stopped. */
    private void removeWhatWentMeanwhile() throws IOException {
        for (Map.Entry<String, Deployed> entry : deployed.all().entrySet()) {
            File file = new File(entry.getKey());
            if (!file.exists()) {
                LOG.info("The file {} went while the container was stopped.", file);
                uninstall(file);
            }
        }
    }

    @Override
    public boolean canHandle(File artifact) {
        return artifact.isFile() && artifact.getName().toLowerCase(Locale.ROOT).endsWith(ModelPackage.EXTENSION);
    }

    @Override
    public synchronized void install(File artifact) throws ModelFormatException, IOException {
        AdaptiveModel model = repository.install(artifact.toPath());
        Deployed now = new Deployed(model.name(), model.version());
        Deployed before = deployed.put(artifact, now);
        // The new version is in force before the old one goes.
        if (before != null && !before.equals(now)) {
            remove(before);
        }
    }

    @Override
    public void update(File artifact) throws ModelFormatException, IOException {
        install(artifact);
    }

    @Override
    public synchronized void uninstall(File artifact) throws IOException {
        Deployed before = deployed.remove(artifact);
        if (before != null) {
            remove(before);
        }
    }

    private void remove(Deployed model) {
        if (deployed.all().containsValue(model)) {
            return;
        }
        try {
            repository.remove(model.name(), model.version());
        } catch (ModelNotFoundException e) {
            LOG.info("The model {} was removed already.", model, e);
        }
    }
}
