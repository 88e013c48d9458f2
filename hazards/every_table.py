"""Import this where the metadata has to know every table."""

import hazards.access.tables
import hazards.answers.tables
import hazards.audit.tables
import hazards.cases.tables
import hazards.chains.tables
import hazards.evidence.tables
import hazards.notify.tables
import hazards.points.tables
import hazards.risk.tables
import hazards.site.people_tables
import hazards.site.tables
import hazards.tickets.tables  # noqa: F401
