"""Changes before they are made, and after: dry runs, planned changes, differences, going back."""
