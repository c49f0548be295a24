"""Django's migrations: a model, a column, and data moved by a RunPython step, as `manage.py migrate` runs them."""

import os
import sys
import types

import django
from django.conf import settings

settings.configure(
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": os.environ["PGDATABASE"],
            "USER": os.environ["PGUSER"],
            "PASSWORD": os.environ["PGPASSWORD"],
            "HOST": os.environ["PGHOST"],
            "PORT": os.environ["PGPORT"],
            "OPTIONS": {"sslmode": os.environ.get("PGSSLMODE", "prefer")},
        }
    },
    INSTALLED_APPS=["shop"],
    MIGRATION_MODULES={"shop": "shop.steps"},
    USE_TZ=True,
)

shop, steps = types.ModuleType("shop"), types.ModuleType("shop.steps")
shop.__path__, steps.__path__ = [], []
shop.__file__ = steps.__file__ = __file__
sys.modules.update({"shop": shop, "shop.steps": steps})

from django.apps import AppConfig  # noqa: E402
from django.db import migrations, models  # noqa: E402


class Shop(AppConfig):
    name, label, path = "shop", "shop", os.path.dirname(__file__)


shop.Shop = Shop
settings.INSTALLED_APPS[0] = "shop.Shop"
django.setup()


class First(migrations.Migration):
    initial = True
    operations = [
        migrations.CreateModel(
            "Order",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("name", models.CharField(max_length=20, unique=True)),
                ("at", models.DateTimeField(auto_now_add=True, db_index=True)),
            ],
        ),
        migrations.CreateModel(
            "Line",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("order", models.ForeignKey("shop.Order", on_delete=models.CASCADE)),
            ],
        ),
    ]


def pay(apps, _schema):
    order = apps.get_model("shop", "Order")
    order.objects.create(name="first")
    order.objects.filter(name="first").update(paid=True)


class Second(migrations.Migration):
    dependencies = [("shop", "0001_first")]
    operations = [
        migrations.AddField("Order", "paid", models.BooleanField(default=False)),
        migrations.AddConstraint("Line", models.UniqueConstraint(fields=["order"], name="one_line")),
        migrations.RunPython(pay, migrations.RunPython.noop),
    ]


from django.db.migrations.loader import MigrationLoader  # noqa: E402


def load(self):
    """The migrations of this file, instead of those of a package on disk."""
    self.disk_migrations = {("shop", name): step(name, "shop") for name, step in STEPS.items()}
    self.unmigrated_apps, self.migrated_apps = set(), {"shop"}


STEPS = {"0001_first": First, "0002_second": Second}
MigrationLoader.load_disk = load

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.db.migrations.executor import MigrationExecutor  # noqa: E402

call_command("migrate", verbosity=0, interactive=False)
executor = MigrationExecutor(connection)
assert not executor.migration_plan(executor.loader.graph.leaf_nodes()), "all of them are done"
assert "shop_order" in connection.introspection.table_names()
print("migrated")
