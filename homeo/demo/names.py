"""Names and places of the demo clinic's people."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Origin:
    """Where names come from, how many of a hundred patients carry them, and an address far from the clinic."""

    share: int
    women: tuple[str, ...]
    men: tuple[str, ...]
    families: tuple[str, ...]
    home: tuple[str, str, str, str, str]
    """Street, city, state, postal code and country of those who come from abroad."""
    phone: str
    """Their phone number, with # for a digit."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.replace("_", " ") for word in text.split())


ORIGINS = (
    Origin(
        52,
        _words(
            "Ananya Kavya Meera Sunita Lakshmi Harini Priyanka Swati Bhavana Nirmala Gauri Ishita Rukmini Saraswati "
            "Deepa Vaishali Manisha Pallavi Revati Sneha Jyoti Zainab Noor Parveen Gurpreet Simran Anita Meenakshi"
        ),
        _words(
            "Rohan Arjun Kabir Deepak Imran Ravi Siddharth Parth Joseph Harpreet Aditya Mahesh Suresh Vikas Nikhil "
            "Prakash Anand Farhan Salim Jaswinder Karthik Murali Sanjay Tejas Omkar Ganesh Balaji Devendra"
        ),
        _words(
            "Patil Deshmukh Joshi Kulkarni Iyer Nair Menon Reddy Pillai Krishnan Gokhale Shinde Pawar Bhosale Shaikh "
            "Ansari Khan Gill Singh D'Souza Fernandes Mathew Shah Mehta Bose Chatterjee Mukherjee Sharma Verma Hegde"
        ),
        ("14 MG Road", "Nashik", "Maharashtra", "422001", "India"),
        "98### #####",
    ),
    Origin(
        14,
        _words("Ingrid Chloé Zoë Marta Elena Hana Freya Siobhán Anneliese Giulia Béatrice Łucja Katarína Renée Åsa"),
        _words("Jürgen Søren Matteo Étienne Pavel Seán Václav Lars Nikolaos Gábor Émile Björn Ioan Pieter"),
        _words(
            "Halvorsen Müller Kowalska O'Brien Bianchi Dvořák Lefèvre Van_Wyk Ångström Novák Petrova Papadopoulou "
            "Fitzgerald Østergaard Szabó D'Angelo"
        ),
        ("Rosenthaler Straße 40", "Berlin", "Berlin", "10178", "Germany"),
        "+49 30 #######",
    ),
    Origin(
        10,
        _words("Grace Amina Chiamaka Nomvula Wanjirũ Abena Fatoumata Thandiwe Ngozi Zola Akosua Makena"),
        _words("Daniel Samuel Kwame Oluwaseun Chidi Tunde Sipho Juma Kofi Abebe Mamadou Themba"),
        _words("Okafor Adeyemi Mwangi Nkosi Mensah Diallo N'Diaye Okonkwo Tesfaye Banda Achieng Òkéowò"),
        ("22 Ngong Road", "Nairobi", "Nairobi County", "00100", "Kenya"),
        "+254 7## ######",
    ),
    Origin(
        8,
        _words("Yuki Mei Hye-jin Thị_Hoa Sakura Xiaoling Ji-woo Hanako 美玲 Aiko"),
        _words("Wei Hiroshi Minh Jun Kenji Seung-ho Takeshi 伟 Bao Haruto"),
        _words("Tanaka Zhao Nguyễn Kim Park 李 Chen Satō Phạm Watanabe Wong 王"),
        ("3-1 Kanda Jinbōchō", "Tokyo", "Tokyo", "101-0051", "Japan"),
        "+81 3 #### ####",
    ),
    Origin(
        8,
        _words("Leila Fatima Yasmin Huda Rania Salma Dalia Amal Maryam Noura"),
        _words("Ibrahim Omar Khalid Youssef Tariq Hassan Bilal Samir Ziad Mustafa"),
        _words("Haddad Al-Rashid El-Masri Nasser Ben_Salah Hussein Khoury Al-Farsi Mansour Abd_el-Karim"),
        ("8 Al Seef Street", "Dubai", "Dubai", "00000", "United Arab Emirates"),
        "+971 50 ### ####",
    ),
    Origin(
        8,
        _words("Begoña Lucía María_José Xiomara Ana_Lúcia Inés Camila Valentina Rocío Íris"),
        _words("Tomás José_Luis Iñaki Raúl João Andrés Ángel Mateo Nicolás Caetano"),
        _words("Pereira Muñoz Ñáñez García_Márquez Gonçalves Peña Ibáñez Rodríguez Núñez da_Silva Avilés"),
        ("Calle Alcalá 61", "Madrid", "Madrid", "28014", "Spain"),
        "+34 91 ### ## ##",
    ),
)

KNOWN = (
    # first name, last name, gender, age
    ("Kabir", "Anand", "MALE", 34),
    ("Noor Fatima", "Sheikh", "FEMALE", 29),
    ("Wen Li", "Zhao", "FEMALE", 46),
    ("Daniel", "Okafor", "MALE", 51),
    ("Ravi", "Iyer", "MALE", 62),
    ("Lakshmi", "Venkataraman", "FEMALE", 58),
    ("Tomás", "Pereira", "MALE", 27),
    ("Ingrid", "Halvorsen", "FEMALE", 39),
    ("Gurpreet Kaur", "Gill", "FEMALE", 44),
    ("Joseph", "Mathew", "MALE", 70),
    ("Leila", "Haddad", "FEMALE", 32),
    ("Marta", "Kowalska", "FEMALE", 36),
    ("Priyanka", "Nair", "FEMALE", 24),
    ("Sunita", "Bhosale", "FEMALE", 49),
    ("Mohammed", "Ansari", "MALE", 55),
    ("Chiara", "Bianchi", "FEMALE", 31),
    ("Deepak", "Chaudhari", "MALE", 42),
    ("Nirmala", "Pawar", "FEMALE", 66),
    ("Samuel", "Adeyemi", "MALE", 38),
    ("Fatima", "Zahra", "FEMALE", 23),
    ("Yuki", "Tanaka", "FEMALE", 28),
    ("Rohan", "Mehta", "MALE", 19),
    ("Anita", "Fernandes", "FEMALE", 53),
    ("Zainab", "Contractor", "FEMALE", 47),
    ("Elena", "Petrova", "FEMALE", 35),
    ("Bhavana", "Shetty", "FEMALE", 41),
    ("Arjun", "Reddy", "MALE", 30),
    ("Grace", "Mwangi", "FEMALE", 37),
    ("Siddharth", "Kulkarni", "MALE", 26),
    ("Hana", "Novák", "FEMALE", 33),
    ("Meenakshi", "Pillai", "FEMALE", 61),
    ("Ibrahim", "Khan", "MALE", 45),
    ("Olivia", "D'Souza", "FEMALE", 22),
    ("Parth", "Shah", "MALE", 40),
    ("Harini", "Krishnan", "FEMALE", 50),
    ("Peter", "Van Wyk", "MALE", 57),
    ("Swati", "Gokhale", "FEMALE", 43),
    ("Imran", "Shaikh", "MALE", 36),
    ("Kavya", "Hegde", "FEMALE", 25),
    ("Aisha", "Raoof", "FEMALE", 29),
    ("Usha", "Rao", "FEMALE", 67),
    ("李", "明", "MALE", 33),
    ("Begoña", "Ñáñez", "FEMALE", 48),
    ("Alex", "Lobo", "OTHER", 27),
)

CHILDREN = (
    *(("FEMALE", name) for name in _words("Aanya Diya Myra Sara Tara Maya Inaya Anika Leela Nina Zoya Mira")),
    *(("MALE", name) for name in _words("Aarav Vihaan Ishan Reyansh Yusuf Leo Dev Kian Arnav Rayan Neel Advait")),
)

STREETS = (
    "Karve Road",
    "Paud Road",
    "Law College Road",
    "Prabhat Road",
    "Fergusson College Road",
    "Bhandarkar Road",
    "North Main Road",
    "Sinhagad Road",
    "Baner Road",
    "Apte Road",
)
QUARTERS = (
    ("Kothrud", "411038"),
    ("Erandwane", "411004"),
    ("Koregaon Park", "411001"),
    ("Aundh", "411007"),
    ("Baner", "411045"),
    ("Sadashiv Peth", "411030"),
    ("Hadapsar", "411028"),
    ("Camp", "411001"),
)
