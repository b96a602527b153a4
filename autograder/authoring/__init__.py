"""What an author uses: the build and the audit."""
