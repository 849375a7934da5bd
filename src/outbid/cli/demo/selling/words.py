"""Names, streets, cars and mail domains that made-up people are put together from."""

_FIRST_NAMES = """
Aaron Abigail Adam Aisha Alan Alejandra Alice Amanda Amir Amy Andre Angela Anthony Antonio Ava Benjamin Beth
Brandon Brenda Brian Camila Carlos Carmen Caroline Charles Chloe Christina Christopher Claire Cynthia Daniel David
Deborah Denise Derek Diana Diego Dominic Donna Dorothy Edward Elena Eli Elizabeth Emily Emma Eric Esther Ethan
Eva Fatima Felix Frances Frank Gabriel Gary George Gloria Grace Gregory Hannah Harold Heather Helen Henry Hugo
Ian Imani Irene Isaac Isabella Ivan Jack Jacob Jamal James Janet Jasmine Jason Jeffrey Jennifer Jesse Jin Joan
Joel John Jordan José Joseph Joshua Joyce Juan Judith Julia Justin Karen Katherine Keisha Keith Kelly Kenneth
Kevin Kim Kyle Larry Laura Lauren Leah Leo Leroy Lillian Linda Lisa Liu Louis Lucas Lucy Luis Malik Marcus Margaret
Maria Marie Mark Martha Martin Mary Mateo Matthew Maya Megan Mei Melissa Michael Michelle Miguel Mohammed Monica
Nancy Naomi Natalie Nathan Nia Nicholas Nicole Noah Nora Oliver Olivia Omar Oscar Pamela Patricia Patrick Paul
Peter Philip Priya Rachel Ralph Raymond Rebecca Renée Ricardo Richard Robert Roger Rosa Roy Russell Ruth Ryan
Samantha Samuel Sandra Sara Scott Sean Sergio Sharon Sofia Stephanie Stephen Susan Sylvia Tamika Tanya Teresa
Terrence Thomas Tiffany Timothy Tyler Valerie Vanessa Victor Victoria Vincent Virginia Walter Wanda Wayne Wendy
William Xavier Yolanda Yuki Zachary Zoe
"""
_LAST_NAMES = """
Adams Aguilar Ahmed Alexander Allen Alvarez Anderson Bailey Baker Barnes Bell Bennett Brooks Brown Bryant Burke
Butler Campbell Carter Castillo Chang Chavez Chen Clark Coleman Collins Cook Cooper Cox Cruz Davis Delgado Diaz
Dixon Edwards Ellis Espinoza Evans Fisher Flores Ford Foster Fox Freeman Garcia Gibson Gomez Gonzalez Gordon
Graham Grant Gray Green Griffin Gupta Gutierrez Hall Hamilton Harris Harrison Hayes Henderson Hernandez Hill
Holmes Howard Hughes Hunt Hunter Jackson James Jenkins Jensen Jimenez Johnson Jones Jordan Joseph Kelly Kennedy
Khan Kim King Kowalski Larson Le Lee Lewis Long Lopez MacDonald Marshall Martin Martinez Mason McCarthy McKenzie
Medina Mendoza Meyer Miller Mitchell Moore Morales Moreno Morgan Morris Murphy Murray Myers Nelson Nguyen Novak
Núñez O'Brien O'Connor Okafor Olson Ortega Ortiz Owens Palmer Park Parker Patel Patterson Perez Perkins Perry
Peterson Phillips Pierce Porter Powell Price Quinn Ramirez Ramos Reed Reyes Reynolds Richardson Rivera Roberts
Robinson Rodriguez Rogers Romero Rosenberg Ross Ruiz Russell Ryan Sanchez Sanders Schmidt Schultz Scott Shah Shaw
Silva Simmons Simpson Singh Smith Snyder Soto Spencer Stevens Stewart Stone Sullivan Tanaka Taylor Thomas Thompson
Torres Tran Tucker Turner Vargas Vasquez Wagner Walker Wallace Ward Washington Watson Weaver Webb Weber West White
Williams Wilson Wong Wood Wright Yamamoto Yang Young
"""
_STREET_NAMES = """
Adams Ash Beech Birch Bluff Bridge Briar Canal Cedar Center Cherry Chestnut Church Clay Clover College Cottage
Cypress Dogwood Elm Fairview Forest Franklin Garden Garfield Grant Grove Harrison Hawthorn Hickory High Highland
Hill Holly Jackson Jefferson Juniper King Lake Laurel Liberty Lincoln Locust Madison Magnolia Main Maple Market
Meadow Mill Monroe Mulberry Oak Orchard Park Pecan Pine Poplar Prospect Railroad Ridge River Rose School Spring
Spruce State Sunset Sycamore Union Valley Vine Walnut Washington Water Willow Wilson
"""
FIRST_NAMES: tuple[str, ...] = tuple(_FIRST_NAMES.split())
LAST_NAMES: tuple[str, ...] = tuple(_LAST_NAMES.split())
STREET_NAMES: tuple[str, ...] = tuple(_STREET_NAMES.split())
STREET_KINDS: tuple[str, ...] = ("Street", "Street", "Avenue", "Avenue", "Road", "Drive", "Lane", "Court", "Boulevard")

VEHICLES: tuple[tuple[str, str, int], ...] = (
    ("Acura", "MDX", 2001),
    ("Audi", "A4", 1996),
    ("BMW", "X3", 2004),
    ("Buick", "Enclave", 2008),
    ("Chevrolet", "Equinox", 2005),
    ("Chevrolet", "Malibu", 1997),
    ("Chevrolet", "Silverado 1500", 1999),
    ("Chrysler", "Pacifica", 2017),
    ("Dodge", "Grand Caravan", 2001),
    ("Ford", "Escape", 2001),
    ("Ford", "Explorer", 1996),
    ("Ford", "F-150", 1996),
    ("Ford", "Focus", 2000),
    ("GMC", "Sierra 1500", 1999),
    ("Honda", "Accord", 1996),
    ("Honda", "CR-V", 1997),
    ("Honda", "Civic", 1996),
    ("Honda", "Odyssey", 1996),
    ("Hyundai", "Elantra", 1996),
    ("Hyundai", "Tucson", 2005),
    ("Jeep", "Grand Cherokee", 1996),
    ("Jeep", "Wrangler", 1997),
    ("Kia", "Sorento", 2003),
    ("Kia", "Soul", 2010),
    ("Lexus", "RX 350", 2007),
    ("Mazda", "CX-5", 2013),
    ("Mercedes-Benz", "C 300", 2008),
    ("Nissan", "Altima", 1996),
    ("Nissan", "Rogue", 2008),
    ("Ram", "1500", 2011),
    ("Subaru", "Forester", 1998),
    ("Subaru", "Outback", 1996),
    ("Tesla", "Model 3", 2017),
    ("Tesla", "Model Y", 2020),
    ("Toyota", "Camry", 1996),
    ("Toyota", "Corolla", 1996),
    ("Toyota", "Highlander", 2001),
    ("Toyota", "Prius", 2001),
    ("Toyota", "RAV4", 1996),
    ("Toyota", "Tacoma", 1996),
    ("Volkswagen", "Jetta", 1996),
    ("Volkswagen", "Tiguan", 2009),
    ("Volvo", "XC60", 2010),
)
"""Make, model, and the first year in which it is old enough or was built."""

MAIL_DOMAINS: tuple[str, ...] = (
    "mail.example.com",
    "inbox.example.com",
    "home.example.org",
    "post.example.org",
    "family.test",
    "webmail.test",
)
"""Names that are reserved for examples (RFC 2606): no mail ever reaches anybody."""
NETWORKS: tuple[str, ...] = ("192.0.2", "198.51.100", "203.0.113")
"""Addresses that are reserved for documentation (RFC 5737)."""
