/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tck;

import java.lang.reflect.Constructor;
import java.lang.reflect.Proxy;

/** Makes a component whose configuration type is its own business, with the defaults of that type. */
final class Defaults {
    private Defaults() {}

    static <T> T make(Class<T> type) throws ReflectiveOperationException {
        for (Constructor<?> constructor : type.getDeclaredConstructors()) {
            Class<?>[] parameters = constructor.getParameterTypes();
            if (parameters.length == 1 && parameters[0].isAnnotation()) {
                Object configuration = Proxy.newProxyInstance(
                        parameters[0].getClassLoader(),
                        new Class<?>[] {parameters[0]},
                        (proxy, method, arguments) -> method.getDefaultValue());
                constructor.setAccessible(true);
                return type.cast(constructor.newInstance(configuration));
            }
        }
        throw new NoSuchMethodException(type + " takes no configuration");
    }
}
