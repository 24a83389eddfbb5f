"""The catalog bundle: what a store's tills sell by, as one immutable version.

`form` is its bytes and their SHA-256, `difference` leads from one version to another, `rows` are
its rows as a till reads them, `catalog` answers what a till asks, and `trying` says whether a
version may be used at all. All of these are pure. `holding` keeps a till's versions on its disk,
and `fetching` asks the gateway for news.
"""
