package org.epdrouter;

/**
 * As the first bean of an optional route file: stops the start if the build lacks what the file
 * needs, with a message that names the Maven profile instead of a class.
 */
public final class MavenProfile {

  /**
   * Checks the build.
   *
   * @param name of the profile, as in pom.xml
   * @param type of a class that only this profile brings
   * @throws IllegalStateException if the class is not there
   */
  public MavenProfile(String name, String type) {
    try {
      Class.forName(type, false, MavenProfile.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(
          "profile: %s is not in this build (expected: ./mvnw package -P%s)".formatted(name, name));
    }
  }
}
