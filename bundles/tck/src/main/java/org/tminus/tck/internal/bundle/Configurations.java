/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tck.internal.bundle;

import java.lang.reflect.InvocationTargetException;
import java.util.Dictionary;
import java.util.Map;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/** Writes configurations. The admin's types come from its own bundle, so it is called by name. */
final class Configurations {
    private static final String ADMIN = "org.osgi.service.cm.ConfigurationAdmin";

    private Configurations() {}

    static void write(BundleContext context, String pid, Map<String, Object> properties) {
        ServiceReference<?> reference = reference(context);
        Object admin = context.getService(reference);
        try {
            Class<?> type = admin.getClass().getClassLoader().loadClass(ADMIN);
            Object configuration = type.getMethod("getConfiguration", String.class, String.class)
                    .invoke(admin, pid, "?");
            Class<?> configurationType =
                    admin.getClass().getClassLoader().loadClass("org.osgi.service.cm.Configuration");
            configurationType
                    .getMethod("update", Dictionary.class)
                    .invoke(configuration, FrameworkUtil.asDictionary(properties));
        } catch (ReflectiveOperationException e) {
            Throwable cause = e instanceof InvocationTargetException ? e.getCause() : e;
            throw new IllegalStateException("The configuration " + pid + " cannot be written", cause);
        } finally {
            context.ungetService(reference);
        }
    }

    /** Among all references: those that fit the class path's own classes, if there are such, are none of the bundle's. */
    private static ServiceReference<?> reference(BundleContext context) {
        try {
            ServiceReference<?>[] references = context.getAllServiceReferences(ADMIN, null);
            if (references == null) {
                throw new IllegalStateException("There is no " + ADMIN);
            }
            return references[0];
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
