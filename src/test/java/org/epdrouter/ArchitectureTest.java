package org.epdrouter;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class ArchitectureTest {
  private static final String ROOT = "org.epdrouter";
  private static final Path SOURCES = Path.of("src/main/java");

  // A package imports only packages before it.
  private static final List<String> PACKAGES =
      List.of("settings", "openai", "stage", "worker", "relay", "pipeline");

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(ROOT);

  @Test
  void importsGoOneWay() {
    for (int i = 0; i < PACKAGES.size(); i++) {
      String[] later =
          Stream.concat(PACKAGES.subList(i + 1, PACKAGES.size()).stream(), Stream.of("simulator"))
              .map(name -> ROOT + "." + name + "..")
              .toArray(String[]::new);

      noClasses()
          .that()
          .resideInAPackage(ROOT + "." + PACKAGES.get(i) + "..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(later)
          .orShould()
          .dependOnClassesThat()
          .resideInAPackage(ROOT)
          .allowEmptyShould(true)
          .check(CLASSES);
    }
  }

  @Test
  void theSimulatorKnowsNothingOfTheRouter() {
    String[] others =
        Stream.concat(Stream.of(ROOT), PACKAGES.stream().map(name -> ROOT + "." + name + ".."))
            .toArray(String[]::new);

    noClasses()
        .that()
        .resideInAPackage(ROOT + ".simulator..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(others)
        .check(CLASSES);
  }

  @Test
  void everyPackageHasItsPlaceInTheOrder() throws IOException {
    try (Stream<Path> folders = Files.list(SOURCES.resolve("org/epdrouter"))) {
      assertThat(folders.filter(Files::isDirectory).map(folder -> folder.getFileName().toString()))
          .isSubsetOf(Stream.concat(PACKAGES.stream(), Stream.of("simulator")).toList());
    }
  }

  @Test
  void everyPackageSaysWhatItIsForAndIsNullMarked() throws IOException {
    try (Stream<Path> files = Files.walk(SOURCES)) {
      List<Path> folders =
          files
              .filter(file -> file.toString().endsWith(".java"))
              .map(Path::getParent)
              .distinct()
              .toList();

      for (Path folder : folders) {
        assertThat(folder.resolve("package-info.java")).content().contains("/**", "@NullMarked");
      }
    }
  }
}
