/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal;

import java.io.IOException;
import java.util.Collections;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.cm.ConfigurationEvent;
import org.osgi.service.cm.ConfigurationListener;
import org.osgi.service.cm.ManagedServiceFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tminus.coordinator.internal.configuration.ConfigurationHolder;

/**
 * Looks after the configurations of single models and of rollouts: those that belong to a factory, and those that are only
 * named like them, so that Configuration Admin brings them to nobody. One of the latter with the PID {@code FACTORY~NAME},
 * as Karaf's {@code config:property-set} makes it, counts as if the factory had it. Any other is reported, because of its
 * name. Where one takes the place of another with the same PID, it is not certain which of both is told of first; so
 * whatever went is looked for once more. Thread-safe.
 */
final class InstanceConfigurations implements ConfigurationListener {
    private static final Logger LOG = LoggerFactory.getLogger(InstanceConfigurations.class);
    private static final String MODELS = ConfigurationHolder.MODEL_FACTORY_PID;
    private static final String ROLLOUTS = ConfigurationHolder.ROLLOUT_FACTORY_PID;
    /** Not, for example, {@code org.tminus.models}, which is somebody else's. */
    private static final Pattern LIKE_OURS =
            Pattern.compile("(" + Pattern.quote(MODELS) + "|" + Pattern.quote(ROLLOUTS) + ")([^A-Za-z.].*)?");

    private final Supplier<@Nullable ConfigurationAdmin> admin;
    private final ConfigurationHolder holder;

    /** @param admin gives null while there is none */
    InstanceConfigurations(Supplier<@Nullable ConfigurationAdmin> admin, ConfigurationHolder holder) {
        this.admin = admin;
        this.holder = holder;
    }

    /** Takes all that are there. */
    synchronized void look() {
        look("(service.pid=" + ConfigurationHolder.PID + ".*)");
    }

    /** What Configuration Admin brings for one of the two factories is to be handed to this. */
    ManagedServiceFactory factory(String name, String factoryPid) {
        return new ManagedServiceFactory() {
            @Override
            public String getName() {
                return name;
            }

            @Override
            public void updated(String pid, Dictionary<String, ?> properties) {
                take(pid, factoryPid, map(properties));
            }

            @Override
            public void deleted(String pid) {
                removed(pid);
            }
        };
    }

    @Override
    public void configurationEvent(ConfigurationEvent event) {
        String pid = event.getPid();
        if (!LIKE_OURS.matcher(pid).matches()
                || MODELS.equals(event.getFactoryPid())
                || ROLLOUTS.equals(event.getFactoryPid())) {
            return;
        }
        if (event.getType() == ConfigurationEvent.CM_UPDATED) {
            lookFor(pid);
        } else if (event.getType() == ConfigurationEvent.CM_DELETED) {
            removed(pid);
        }
    }

    private synchronized void removed(String pid) {
        // Of each kind what has this PID; there is one at most.
        holder.removeModel(pid);
        holder.removeRollout(pid);
        lookFor(pid);
    }

    private synchronized void lookFor(String pid) {
        look("(service.pid=" + pid.replaceAll("[\\\\()*]", "\\\\$0") + ")");
    }

    private void look(String filter) {
        ConfigurationAdmin present = admin.get();
        if (present == null) {
            return;
        }
        try {
            for (Configuration each : AdminPromotion.listAll(present, filter)) {
                Dictionary<String, Object> properties = each.getProperties();
                if (properties != null && LIKE_OURS.matcher(each.getPid()).matches()) {
                    take(each.getPid(), each.getFactoryPid(), map(properties));
                }
            }
        } catch (IOException | RuntimeException e) {
            LOG.warn(
                    "What is configured for single models and rollouts is taken when Configuration Admin brings it", e);
        }
    }

    private synchronized void take(String pid, @Nullable String factoryPid, Map<String, Object> properties) {
        if (belongs(pid, factoryPid, MODELS)) {
            holder.updateModel(pid, properties);
        } else if (belongs(pid, factoryPid, ROLLOUTS)) {
            holder.updateRollout(pid, properties);
        } else {
            holder.misname(pid, pid.startsWith(MODELS) ? MODELS : ROLLOUTS, properties);
        }
    }

    private static boolean belongs(String pid, @Nullable String factoryPid, String ours) {
        return factoryPid == null ? pid.startsWith(ours + "~") : factoryPid.equals(ours);
    }

    static Map<String, Object> map(Dictionary<String, ?> properties) {
        Map<String, Object> values = new HashMap<>();
        Collections.list(properties.keys()).forEach(key -> values.put(key, properties.get(key)));
        return values;
    }
}
