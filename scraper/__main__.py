"""``python -m scraper`` is the command ``scraper``."""

if __name__ == "__main__":  # a process of the pool imports this module too, and needs no command line
    from scraper.cli import main

    main()
